// The smallest test framework: CHECK counts, TEST registers, main() runs all and says what failed.
#pragma once

#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "portfire/error.h"

namespace check {

struct Test {
  const char* name;
  void (*run)();
};
inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}
inline int& failures() {
  static int count = 0;
  return count;
}
inline void fail(const char* file, int line, const std::string& what) {
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
  ++failures();
}
struct Registration {
  Registration(const char* name, void (*run)()) { tests().push_back({name, run}); }
};

template <typename A, typename B>
void equal(const A& a, const B& b, const char* text, const char* file, int line) {
  if (!(a == b)) fail(file, line, std::string("not equal: ") + text);
}
inline void equal(const std::string& a, const std::string& b, const char* text, const char* file, int line) {
  if (a != b) fail(file, line, std::string(text) + ": '" + a + "' is not '" + b + "'");
}

// The code of the Error that `f` throws; 0 if it throws none.
inline int error_code(const std::function<void()>& f, std::string* what = nullptr) {
  try {
    f();
  } catch (const portfire::Error& e) {
    if (what) *what = e.what();
    return static_cast<int>(e.code());
  }
  return 0;
}

inline int run_all() {
  for (const Test& test : tests()) {
    const int before = failures();
    try {
      test.run();
    } catch (const std::exception& e) {
      fail(test.name, 0, std::string("threw: ") + e.what());
    }
    std::printf("%-4s %s\n", failures() == before ? "ok" : "FAIL", test.name);
  }
  return failures() == 0 ? 0 : 1;
}

}  // namespace check

#define TEST(name)                                                   \
  static void name();                                                \
  static const check::Registration name##_registration(#name, name); \
  static void name()
#define CHECK(condition) ((condition) ? void() : check::fail(__FILE__, __LINE__, "failed: " #condition))
#define CHECK_EQUAL(a, b) check::equal(a, b, #a " == " #b, __FILE__, __LINE__)
#define CHECK_ERROR(code, ...) \
  CHECK_EQUAL(check::error_code([&] { __VA_ARGS__; }), static_cast<int>(portfire::ErrorCode::code))
#define TEST_MAIN() \
  int main() { return check::run_all(); }
