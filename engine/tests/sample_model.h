// A small model with something of everything: modules, tensors, constants of all kinds, handlers, loops, forks, an
// enum.
#pragma once

#include "assembler.h"
#include "zip_writer.h"

namespace assembler {

inline void add_helper(Program& p, Word kInt, Word kAny) {
  // helper(x): try: raise when x == 0, else a sum in a loop.
  Function f{"helper", {{"x", kInt}}, kInt, 5};
  f.emit({0, p.op("aten::eq", "int"), 2, reg(0), constant(p.integer(0)), 1, 1});
  f.emit({3, last(1), 11});
  f.emit({17, constant(p.text("zero")), constant(p.text("ValueError"))});
  const Word start = f.here();
  f.code[9] = start;
  f.emit({1, constant(p.integer(0)), 2}).emit({1, constant(p.integer(0)), 3});
  const Word test = f.here();
  f.emit({21, 2, reg(0), 0});
  const Word exit = f.here() - 1;
  f.emit({0, p.op("aten::add", "int"), 2, reg(3), reg(2), 1, 3});
  f.emit({22, 2, test});
  f.code[exit] = f.here();
  f.emit({5, last(3)});
  const Word handler = f.here();
  f.emit({14, reg(4), 1, 4}).emit({24, 1, reg(4)}).emit({5, constant(p.integer(-1))});
  f.handlers.push_back({0, start, handler, 4, {"ValueError", "KeyError"}});
  const Word source = p.source("model.py", "def helper(x):\n    raise ValueError('zero')\n", 1);
  f.positions.push_back({0, source, 1, "helper", {}});
  f.positions.push_back({10, source, 2, "helper", {0}});
  f.defaults[0] = p.integer(4);
  p.add(f);
  static_cast<void>(kAny);
}

inline void add_forward(Program& p, Word kInt, Word kAny, Word kStr) {
  const Word kList = p.type(18, {kInt});
  const Word kDict = p.type(19, {kStr, kInt});
  p.types.add().u8(22).var(2).var(kInt).var(kStr).var(p.str("Pair")).var(2).var(p.str("a")).var(p.str("b"));
  const Word kPair = p.types.count - 1;
  p.types.add().u8(26).var(p.str("Color")).var(kInt).var(1).var(p.str("RED")).var(p.integer(1));
  const Word kColor = p.types.count - 1;
  p.constants.add().u8(12).var(kColor).var(p.str("RED"));
  const Word red = p.constants.count - 1;
  p.constants.add().u8(13).var(0);
  const Word helper = p.constants.count - 1;
  const Word numbers = p.container(9, kList, {p.integer(1), p.integer(2), p.integer(3)});
  const Word table = p.container(11, kDict, {p.text("one"), p.integer(1)});
  const Word pair = p.container(10, kPair, {p.integer(8), p.text("eight")});

  Function f{"Model.forward", {{"self", kAny}, {"n", kInt}}, kAny, 9};
  f.emit({18, 0, 1, reg(1), 2});           // fork helper(n)
  f.emit({8, p.str("child"), reg(0), 3});  // self.child
  f.emit({7, p.str("scale"), 2, last(3), reg(1), 3});
  f.emit({19, last(2), 4});
  f.emit({27, constant(helper), 1, reg(1), 5});
  f.emit({0, p.op("aten::len", "t"), 1, constant(numbers), 1, 6});
  f.emit({0, p.op("aten::__getitem__", "t"), 2, constant(numbers), constant(p.integer(1)), 1, 7});
  f.emit({11, kList, 5, last(3), last(4), last(5), last(6), last(7), 3});
  f.emit({12, kDict, 4, constant(p.text("a")), reg(1), constant(p.text("b")), reg(1), 4});
  f.emit({10, kPair, 2, reg(1), constant(p.text("t")), 5});
  f.emit({13, constant(pair), 2, 6, 7});
  f.emit({16, 2, kInt, kList, reg(3), 8});
  f.emit({23, reg(8), p.str("the list is one")});
  f.emit({26, reg(1), 1, kInt, constant(p.text("n is an int")), 0});
  f.emit({9, p.str("calls"), reg(0), reg(1)});
  f.emit({15, 1, 8}).emit({20, 1, 8});
  f.emit({24, 4, reg(3), reg(4), reg(5), constant(red)});
  f.emit({1, constant(table), 2});
  f.emit({5, last(3)});
  p.add(f);

  Function scale{"Child.scale", {{"self", kAny}, {"n", kInt}}, kInt, 3};
  scale.emit({8, p.str("factor"), last(0), 2});
  scale.emit({0, p.op("aten::mul", "int"), 2, last(2), last(1), 1, 2}).emit({5, last(2)});
  p.add(scale);
}

inline void add_classes(Program& p, Word kInt, Word kAny, Word kTensor) {
  Writer& model = p.classes.add();
  model.var(p.str("Model")).u8(1).var(4);
  model.var(p.str("child")).var(kAny).u8(3).var(p.str("weight")).var(kTensor).u8(1);
  model.var(p.str("calls")).var(kInt).u8(0).var(p.str("training")).var(kInt).u8(0);
  model.var(1).var(p.str("forward")).var(1).var(0).var(0);
  Writer& child = p.classes.add();
  child.var(p.str("Child")).u8(1).var(1).var(p.str("factor")).var(kInt).u8(0);
  child.var(1).var(p.str("scale")).var(2);
  child.var(1).var(p.str("size")).var(p.str("scale")).var(0).var(1).var(p.str("Exception"));
}

inline Program sample_program() {
  Program p;
  const Word kInt = p.type(1);
  const Word kAny = p.type(13);
  const Word kStr = p.type(5);
  const Word kTensor = p.type(0);
  add_helper(p, kInt, kAny);
  add_forward(p, kInt, kAny, kStr);
  add_classes(p, kInt, kAny, kTensor);
  p.storages.add().var(p.str("data/0")).fixed(24, 8);
  p.tensors.add().u8(6).var(2).svar(2).svar(3).var(2).svar(3).svar(1).var(0).svar(0).u8(3).var(p.str("cpu"));
  p.constants.add().u8(7).var(0);
  const Word weight = p.constants.count - 1;
  p.constants.add().u8(14).var(1);
  const Word child = p.constants.count - 1;
  const Word zero = p.integer(0);
  p.objects.add().var(0).var(4).var(child).var(weight).var(zero).var(p.boolean(true));
  p.objects.add().var(1).var(1).var(p.integer(3));
  p.root = 1;
  p.constants.add().u8(8).var(p.str("cuda:1"));
  p.constants.add().u8(5).f64(1).f64(2);
  p.real(0.5);
  p.none();
  p.metadata.add().var(p.str("producer")).var(p.str("test"));
  p.examples.add().var(p.str("forward")).var(1).var(zero).var(weight);
  return p;
}

inline Bytes sample_archive(const Bytes& program) {
  Writer weight;
  for (int i = 0; i < 6; ++i) weight.fixed(0x3f800000U, 4);
  return ZipWriter().add("model/data/0", weight.bytes).add("model/portfire/program.bin", program).finish();
}

}  // namespace assembler
