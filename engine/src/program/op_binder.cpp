#include "program/op_binder.h"

namespace portfire {
namespace {

using OpIndex = std::unordered_map<std::string_view, OpFunction>;

// The engine's ops by qualified name with overload; built once, then only read.
const OpIndex& engine_op_index() {
  static const OpIndex index = [] {
    OpIndex built;
    for (const OpEntry& entry : engine_ops()) {
      const std::string_view schema = entry.schema;
      built.emplace(schema.substr(0, schema.find('(')), entry.function);
    }
    return built;
  }();
  return index;
}

BoundOp find_op(const Libraries& libraries, const std::string& full, const std::string& name,
                const std::string& overload) {
  const auto it = engine_op_index().find(full);
  if (it != engine_op_index().end()) return {it->second, nullptr};
  for (const auto& library : libraries) {
    if (BoundOp op = library->bind(name, overload)) return op;
  }
  return {};
}

std::string library_names(const Libraries& libraries) {
  if (libraries.empty()) return "no kernel library is linked";
  std::string out = "linked libraries: ";
  for (std::size_t i = 0; i < libraries.size(); ++i) out += (i ? ", " : "") + std::string(libraries[i]->name());
  return out;
}

}  // namespace

void bind_ops(LinkedProgram& program, const std::vector<OpRecord>& records) {
  std::string missing;
  std::size_t missing_count = 0;
  for (const OpRecord& record : records) {
    const std::string& name = program.strings[record.name];
    const std::string& overload = program.strings[record.overload];
    const std::string full = overload.empty() ? name : name + "." + overload;
    BoundOp op = find_op(program.libraries, full, name, overload);
    if (!op) {
      missing += "\n  " + full;
      ++missing_count;
    }
    program.ops.push_back(std::move(op));
    program.op_names.push_back(full);
  }
  if (missing_count == 0) return;
  throw Error(ErrorCode::kMissingOps, std::to_string(missing_count) + " operators of the program are missing (" +
                                          library_names(program.libraries) + "):" + missing);
}

}  // namespace portfire
