// Calls from the host: arguments are bound to parameters and checked, then an interpreter runs.
#include "execution/interpreter.h"

namespace portfire {
namespace {

[[noreturn]] void reject(const Function& f, const std::string& reason) {
  throw Error(ErrorCode::kBadArgument, f.schema() + ": " + reason);
}

// What a parameter accepts beyond its very type: an int for a float.
Value convert(Value value, const Type& type) {
  const bool wants_float = type.kind == TypeKind::kFloat ||
                           (type.kind == TypeKind::kOptional && type.contained[0]->kind == TypeKind::kFloat);
  return wants_float && value.is_int() ? Value(static_cast<double>(value.to_int())) : value;
}

std::size_t positional_count(const std::vector<Parameter>& parameters) {
  std::size_t n = 0;
  while (n < parameters.size() && !parameters[n].keyword_only) ++n;
  return n;
}

void place_named(const Function& f, const Kwargs& kwargs, std::vector<Value>& values, std::vector<bool>& given) {
  const std::vector<Parameter>& parameters = f.parameters();
  for (const auto& [name, value] : kwargs) {
    std::size_t i = 0;
    while (i < parameters.size() && parameters[i].name != name) ++i;
    if (i == parameters.size()) reject(f, "unexpected keyword argument '" + name + "'");
    if (given[i]) reject(f, "several values for argument '" + name + "'");
    values[i] = value;
    given[i] = true;
  }
}

void check_argument(const Function& f, const Parameter& p, Value& value) {
  value = convert(std::move(value), *p.type);
  if (value_is(value, *p.type)) return;
  reject(f, "argument '" + p.name + "': expected " + p.type->str() + ", found " + type_of(value)->str());
}

}  // namespace

// Program code passes keyword-only arguments by position, so a call with exactly all of them is always fine.
std::vector<Value> Function::bind(std::vector<Value> args, const Kwargs& kwargs) const {
  if (args.size() == parameters_.size() && kwargs.empty()) {
    for (std::size_t i = 0; i < args.size(); ++i) check_argument(*this, parameters_[i], args[i]);
    return args;
  }
  const std::size_t most = positional_count(parameters_);
  if (args.size() > most) {
    reject(*this,
           "takes " + std::to_string(most) + " positional arguments, " + std::to_string(args.size()) + " were given");
  }
  std::vector<bool> given(parameters_.size());
  std::fill_n(given.begin(), args.size(), true);
  args.resize(parameters_.size());
  place_named(*this, kwargs, args, given);
  for (std::size_t i = 0; i < args.size(); ++i) {
    const Parameter& p = parameters_[i];
    if (given[i]) {
      check_argument(*this, p, args[i]);
    } else if (p.default_value) {
      args[i] = *p.default_value;
    } else {
      reject(*this, "missing argument '" + p.name + "'");
    }
  }
  return args;
}

Value Function::call(std::vector<Value> args, const CallOptions& options) const {
  return call(std::move(args), Kwargs{}, options);
}

Value Function::call(std::vector<Value> args, const Kwargs& kwargs, const CallOptions& options) const {
  const std::shared_ptr<const Program> keep = program_->shared_from_this();  // `self` may be the last to hold it
  std::vector<Value> bound = bind(std::move(args), kwargs);
  Interpreter interpreter(options);
  return interpreter.run(*this, std::move(bound));
}

}  // namespace portfire
