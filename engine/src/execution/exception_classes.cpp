#include "execution/exception_classes.h"

#include <string>
#include <unordered_set>
#include <vector>

namespace portfire {
namespace {

struct Row {
  std::string_view name;
  std::string_view base;
};

constexpr Row kBuiltIn[] = {
    {"Exception", "BaseException"},
    {"ArithmeticError", "Exception"},
    {"AssertionError", "Exception"},
    {"AttributeError", "Exception"},
    {"BufferError", "Exception"},
    {"EOFError", "Exception"},
    {"FileExistsError", "OSError"},
    {"FileNotFoundError", "OSError"},
    {"FloatingPointError", "ArithmeticError"},
    {"ImportError", "Exception"},
    {"IndexError", "LookupError"},
    {"KeyError", "LookupError"},
    {"KeyboardInterrupt", "BaseException"},
    {"LookupError", "Exception"},
    {"MemoryError", "Exception"},
    {"ModuleNotFoundError", "ImportError"},
    {"NameError", "Exception"},
    {"NotImplementedError", "RuntimeError"},
    {"OSError", "Exception"},
    {"OutOfMemoryError", "RuntimeError"},
    {"OverflowError", "ArithmeticError"},
    {"PermissionError", "OSError"},
    {"RecursionError", "RuntimeError"},
    {"RuntimeError", "Exception"},
    {"StopIteration", "Exception"},
    {"SystemExit", "BaseException"},
    {"TimeoutError", "OSError"},
    {"TypeError", "Exception"},
    {"UnboundLocalError", "NameError"},
    {"UnicodeDecodeError", "UnicodeError"},
    {"UnicodeEncodeError", "UnicodeError"},
    {"UnicodeError", "ValueError"},
    {"ValueError", "Exception"},
    {"Warning", "Exception"},
    {"ZeroDivisionError", "ArithmeticError"},
};

// A class as errors name it, without what stands for Python's own module, or for the program's.
std::string_view short_name(std::string_view name) {
  for (const std::string_view module : {"builtins.", "__torch__."}) {
    if (name.starts_with(module)) return name.substr(module.size());
  }
  return name;
}

const ClassInfo* find_class(const LinkedProgram& program, std::string_view name) {
  const auto found = program.classes_by_name.find(name);
  if (found != program.classes_by_name.end()) return found->second;
  const auto own = program.classes_by_name.find("__torch__." + std::string(name));
  return own == program.classes_by_name.end() ? nullptr : own->second;
}

std::string_view built_in_base(std::string_view name) {
  for (const Row& row : kBuiltIn) {
    if (row.name == name) return row.base;
  }
  return {};
}

}  // namespace

bool exception_is(const LinkedProgram& program, std::string_view name, std::string_view wanted) {
  wanted = short_name(wanted);
  if (wanted == "BaseException" || name == wanted) return true;
  std::vector<std::string_view> pending{name};
  std::unordered_set<std::string_view> seen;  // a program's classes may name one another in a circle
  while (!pending.empty()) {
    const std::string_view current = short_name(pending.back());
    pending.pop_back();
    if (current == wanted) return true;
    if (!seen.insert(current).second) continue;
    const ClassInfo* cls = find_class(program, current);
    if (cls != nullptr && !cls->bases().empty()) {
      pending.insert(pending.end(), cls->bases().begin(), cls->bases().end());
    } else if (current != "BaseException") {
      const std::string_view base = built_in_base(current);
      pending.push_back(base.empty() ? "Exception" : base);  // a class nobody knows is still an exception
    }
  }
  return false;
}

}  // namespace portfire
