// The only ways to fill a Function and a ClassInfo, whose members are private: used by the linker.
#pragma once

#include "program/function_code.h"
#include "program/linked_program.h"

namespace portfire {

class FunctionBuilder {
 public:
  // Name, parameters and result; the code comes later, when all functions and constants exist.
  static std::unique_ptr<Function> declare(const LinkedProgram& program, const FunctionRecord& record);
  static void define(Function& function, std::unique_ptr<FunctionCode> code, const LinkedProgram& program,
                     const FunctionRecord& record);
};

class ClassBuilder {
 public:
  static std::unique_ptr<ClassInfo> build(const LinkedProgram& program, const ClassRecord& record, std::uint32_t id);
};

}  // namespace portfire
