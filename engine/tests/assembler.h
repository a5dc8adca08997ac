// Writes programs by hand, in the encoding of docs/program-format.md: for tests that need one instruction at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace assembler {

using Word = std::uint32_t;
using Bytes = std::vector<std::byte>;

class Writer {
 public:
  Writer& u8(unsigned v) {
    bytes.push_back(static_cast<std::byte>(v));
    return *this;
  }
  Writer& fixed(std::uint64_t v, int n) {
    for (int i = 0; i < n; ++i) u8((v >> (8 * i)) & 0xff);
    return *this;
  }
  Writer& var(std::uint64_t v) {
    while (v >= 0x80) {
      u8((v & 0x7f) | 0x80);
      v >>= 7U;
    }
    return u8(static_cast<unsigned>(v));
  }
  Writer& svar(std::int64_t v) {
    return var((static_cast<std::uint64_t>(v) << 1U) ^ static_cast<std::uint64_t>(v >> 63));
  }
  Writer& f64(double v) { return fixed(std::bit_cast<std::uint64_t>(v), 8); }
  Writer& raw(const std::string& s) {
    for (const char c : s) u8(static_cast<unsigned char>(c));
    return *this;
  }
  Writer& append(const Writer& o) {
    bytes.insert(bytes.end(), o.bytes.begin(), o.bytes.end());
    return *this;
  }
  Bytes bytes;
};

// A list that is written as its items come.
struct Section {
  Word count = 0;
  Writer items;
  Writer& add() {
    ++count;
    return items;
  }
  Writer encode() const { return Writer().var(count).append(items); }
};

// Operands.
inline Word reg(Word r) { return r << 2U; }
inline Word constant(Word c) { return c << 2U | 1U; }
inline Word last(Word r) { return r << 2U | 2U; }

struct Program;

struct Function {
  std::string name;
  std::vector<std::pair<std::string, Word>> parameters;  // name, type
  Word result_type = 0;
  Word registers = 0;
  std::vector<Word> code{};
  struct Handler {
    Word begin, end, target, result;
    std::vector<std::string> classes;
  };
  std::vector<Handler> handlers{};
  struct Position {
    Word word, source, line;
    std::string function;
    std::vector<Word> through;
  };
  std::vector<Position> positions{};
  std::map<Word, Word> defaults{};  // parameter -> constant

  Word here() const { return static_cast<Word>(code.size()); }
  Function& emit(std::initializer_list<Word> words) {
    code.insert(code.end(), words);
    return *this;
  }
};

struct Program {
  std::vector<std::string> strings{""};
  Section types, ops, storages, tensors, constants, classes, functions, sources, objects, metadata, examples;
  Word root = 0;
  std::map<std::string, Word> op_indices;

  Word str(const std::string& s) {
    for (Word i = 0; i < strings.size(); ++i) {
      if (strings[i] == s) return i;
    }
    strings.push_back(s);
    return static_cast<Word>(strings.size() - 1);
  }
  Word type(unsigned kind, std::initializer_list<Word> contained = {}) {
    types.add().u8(kind);
    for (const Word c : contained) types.items.var(c);
    return types.count - 1;
  }
  Word op(const std::string& name, const std::string& overload) {
    const auto [it, is_new] = op_indices.emplace(name + "." + overload, ops.count);
    if (is_new) ops.add().var(str(name)).var(str(overload));
    return it->second;
  }
  // A tuple without name and fields.
  Word tuple_type(const std::vector<Word>& elements) {
    Writer& w = types.add();
    w.u8(22).var(elements.size());
    for (const Word e : elements) w.var(e);
    w.var(str("")).var(0);
    return types.count - 1;
  }
  Word none() { return constants.add().u8(0), constants.count - 1; }
  Word boolean(bool b) { return constants.add().u8(b ? 2 : 1), constants.count - 1; }
  Word integer(std::int64_t v) { return constants.add().u8(3).svar(v), constants.count - 1; }
  Word real(double v) { return constants.add().u8(4).f64(v), constants.count - 1; }
  Word text(const std::string& s) {
    const Word i = str(s);
    return constants.add().u8(6).var(i), constants.count - 1;
  }
  // A list (9), tuple (10) or dict (11) of constants.
  Word container(unsigned tag, Word type, const std::vector<Word>& items) {
    constants.add().u8(tag).var(type).var(tag == 11 ? items.size() / 2 : items.size());
    for (const Word i : items) constants.items.var(i);
    return constants.count - 1;
  }

  Word add(const Function& f) {
    Writer& w = functions.add();
    w.var(str(f.name)).var(f.parameters.size());
    for (Word i = 0; i < f.parameters.size(); ++i) {
      w.var(str(f.parameters[i].first)).var(f.parameters[i].second);
      const auto it = f.defaults.find(i);
      w.u8(it != f.defaults.end());
      if (it != f.defaults.end()) w.var(it->second);
      w.u8(0);
    }
    w.var(f.result_type).var(f.registers).var(f.code.size());
    for (const Word word : f.code) w.var(word);
    w.var(f.handlers.size());
    for (const Function::Handler& h : f.handlers) {
      w.var(h.begin).var(h.end).var(h.target).var(h.result).var(h.classes.size());
      for (const std::string& c : h.classes) w.var(str(c));
    }
    w.var(f.positions.size());
    for (const Function::Position& p : f.positions) {
      w.var(p.word).var(p.source).var(p.line).var(0).var(str(p.function)).var(p.through.size());
      for (const Word t : p.through) w.var(t);
    }
    w.var(0);
    return functions.count - 1;
  }

  Word source(const std::string& path, const std::string& text, Word first_line) {
    const Word p = str(path);
    const Word t = str(text);
    sources.add().var(p).var(t).var(first_line);
    return sources.count;  // + 1, as positions count
  }

  Bytes encode() const {
    Section texts;
    for (const std::string& s : strings) texts.add().var(s.size()).raw(s);
    Writer object_section = objects.encode().var(root);
    const std::vector<Writer> sections = {texts.encode(),   types.encode(),     ops.encode(),      storages.encode(),
                                          tensors.encode(), constants.encode(), classes.encode(),  functions.encode(),
                                          sources.encode(), object_section,     metadata.encode(), examples.encode()};
    Writer file;
    file.raw("PFIREPRG").fixed(1, 4).fixed(sections.size(), 4);
    for (std::size_t i = 0; i < sections.size(); ++i) {
      file.u8(static_cast<unsigned>(i + 1)).fixed(sections[i].bytes.size(), 8).append(sections[i]);
    }
    return file.bytes;
  }
};

}  // namespace assembler
