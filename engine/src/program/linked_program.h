// What a Program is inside: tables that the code's numbers index. Built once by program_linker.cpp, then never changed.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "archive/program_image.h"
#include "portfire/program.h"

namespace portfire {

class ThreadPool;

// The program's own pool, made at the first fork: the one part of a program that changes.
struct LazyPool {
  std::once_flag made;
  std::shared_ptr<ThreadPool> pool;
};

struct LinkedProgram {
  LinkedProgram();
  ~LinkedProgram();

  const Program* program = nullptr;
  Libraries libraries;
  std::shared_ptr<const void> memory;  // keeps the mapped archive alive

  std::vector<std::string> strings;
  std::vector<TypePtr> types;
  std::vector<BoundOp> ops;
  std::vector<std::string> op_names;  // "aten::add.int"
  std::vector<Value> constants;       // those that code refers to; the others are None
  std::vector<std::unique_ptr<ClassInfo>> classes;
  std::vector<std::unique_ptr<Function>> functions;
  std::unordered_map<std::string_view, const ClassInfo*> classes_by_name;
  std::unordered_map<std::string_view, const Function*> functions_by_name;
  std::vector<SourceRecord> sources;

  // What roots are made of.
  std::vector<Tensor> tensors;
  std::vector<ConstantRecord> constant_records;
  std::vector<ObjectRecord> object_records;
  std::vector<Ref<Object>> code_objects;  // objects that are constants of code, by object index; mostly null
  Index root = 0;                         // object index + 1

  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<ExampleRecord> examples;
  std::unique_ptr<LazyPool> lazy_pool;
};

}  // namespace portfire
