#include "execution/exception_classes.h"

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
    {"UnicodeDecodeError", "UnicodeError"},
    {"UnicodeEncodeError", "UnicodeError"},
    {"UnicodeError", "ValueError"},
    {"ValueError", "Exception"},
    {"Warning", "Exception"},
    {"ZeroDivisionError", "ArithmeticError"},
};

std::string_view without_module(std::string_view name) { return name.starts_with("builtins.") ? name.substr(9) : name; }

std::string_view built_in_base(std::string_view name) {
  for (const Row& row : kBuiltIn) {
    if (row.name == name) return row.base;
  }
  return {};
}

}  // namespace

bool exception_is(const LinkedProgram& program, std::string_view name, std::string_view wanted) {
  wanted = without_module(wanted);
  if (wanted == "BaseException" || name == wanted) return true;
  std::vector<std::string_view> pending{name};
  std::unordered_set<std::string_view> seen;  // a program's classes may name one another in a circle
  while (!pending.empty()) {
    const std::string_view current = without_module(pending.back());
    pending.pop_back();
    if (current == wanted) return true;
    if (!seen.insert(current).second) continue;
    const auto it = program.classes_by_name.find(current);
    const bool has_bases = it != program.classes_by_name.end() && !it->second->bases().empty();
    if (has_bases) {
      pending.insert(pending.end(), it->second->bases().begin(), it->second->bases().end());
    } else if (current != "BaseException") {
      const std::string_view base = built_in_base(current);
      pending.push_back(base.empty() ? "Exception" : base);  // a class nobody knows is still an exception
    }
  }
  return false;
}

}  // namespace portfire
