// Programs written by hand, from bytes to results.
#include "portfire/program.h"

#include "assembler.h"
#include "check.h"

using namespace assembler;
using portfire::CallOptions;
using portfire::Value;

namespace {

std::shared_ptr<const portfire::Program> build(const assembler::Program& p, const portfire::Libraries& libraries = {}) {
  return portfire::Program::from_bytes(p.encode(), {}, libraries);
}

// Collatz: how many steps n takes to reach 1, summed over 1..limit.
assembler::Program collatz() {
  assembler::Program p;
  const Word kInt = p.type(1);
  const Word zero = constant(p.integer(0));
  const Word one = constant(p.integer(1));
  const Word two = constant(p.integer(2));
  const Word three = constant(p.integer(3));
  assembler::Function f{"collatz", {{"n", kInt}}, kInt, 5};
  f.emit({1, zero, 1});  // steps = 0
  const Word test = f.here();
  f.emit({0, p.op("aten::ne", "int"), 2, reg(0), one, 1, 2});
  f.emit({3, last(2), 0});
  const Word exit = f.here() - 1;
  f.emit({0, p.op("aten::remainder", "int"), 2, reg(0), two, 1, 3});
  f.emit({0, p.op("aten::eq", "int"), 2, last(3), zero, 1, 2});
  f.emit({3, last(2), 0});
  const Word odd = f.here() - 1;
  f.emit({0, p.op("aten::floordiv", "int"), 2, reg(0), two, 1, 0});
  f.emit({2, 0});
  const Word join = f.here() - 1;
  f.code[odd] = f.here();
  f.emit({0, p.op("aten::mul", "int"), 2, reg(0), three, 1, 3});
  f.emit({0, p.op("aten::add", "int"), 2, last(3), one, 1, 0});
  f.code[join] = f.here();
  f.emit({0, p.op("aten::add", "int"), 2, reg(1), one, 1, 1});
  f.emit({2, test});
  f.code[exit] = f.here();
  f.emit({5, last(1)});
  p.add(f);
  return p;
}

TEST(runs_a_loop) {
  const auto program = build(collatz());
  CHECK_EQUAL(program->function("collatz")->call({Value(27)}).to_int(), 111);
  CHECK_EQUAL(program->function("collatz")->schema(), std::string("collatz(int n) -> int"));
}

}  // namespace

TEST_MAIN()
