// What the instructions do that are not in the loop itself. Each reads its fields at ip_ (program/function_code.h).
#include "core/raised_error.h"
#include "execution/interpreter.h"
#include "execution/thread_pool.h"
#include "portfire/future.h"

namespace portfire {

const Interpreter::Word* Interpreter::call_op() {
  const Word* const fields = ip_ + 5;
  const std::size_t inputs = ip_[2];
  const std::size_t results = ip_[3];
  const std::size_t cleared = ip_[4];
  const BoundOp& op = code_->program->ops[ip_[1]];
  Call call(registers_, constants_, {reinterpret_cast<const Operand*>(fields), inputs}, {fields + inputs, results},
            op.data.get(), &context_);
  op.function(call);
  const Word* const dying = fields + inputs + results;
  for (std::size_t i = 0; i < cleared; ++i) registers_[dying[i]] = Value();
  return dying + cleared;
}

void Interpreter::call_intrinsic_op() {
  const BoundOp& op = code_->program->ops[ip_[4]];
  const Operand operands[] = {{ip_[1] << 2U}, {ip_[2] << 2U}};  // the mark of the dying is shifted out
  const std::size_t count = ip_[2] == kNoRegister ? 1 : 2;
  Call call(registers_, constants_, std::span(operands, count), {ip_ + 3, 1}, op.data.get(), &context_);
  op.function(call);
  for (std::size_t i = 1; i <= count; ++i) {
    if (ip_[i] & kDies) registers_[ip_[i] & ~kDies] = Value();
  }
}

void Interpreter::call_set_item_op() {
  const BoundOp& op = code_->program->ops[ip_[4]];
  const Operand operands[] = {{ip_[1] << 2U}, {ip_[2] << 2U}, {ip_[5]}};
  Call call(registers_, constants_, operands, {ip_ + 3, 1}, op.data.get(), &context_);
  op.function(call);
}

const Interpreter::Word* Interpreter::call_function() {
  const Function& callee = *code_->program->functions[ip_[1]];
  enter(callee.code(), ip_ + 4, ip_[3], ip_ + 4 + ip_[3], ip_[2]);
  return ip_;
}

const Interpreter::Word* Interpreter::call_method() {
  const std::size_t count = ip_[4];
  const Word* const operands = ip_ + 5;
  const Object& object = peek(operands[0]).to_object();
  const Function& callee = find_method(object);
  if (&callee.program() != code_->program->program) [[unlikely]]
    keep_alive(callee.program());
  if (callee.parameters().size() == count) [[likely]] {
    enter(callee.code(), operands, count, operands + count, ip_[3]);
    return ip_;
  }
  std::vector<Value> arguments = callee.bind(take_all(operands, count), {});
  enter_with(callee.code(), arguments, operands + count, ip_[3]);
  return ip_;
}

const Interpreter::Word* Interpreter::call_value() {
  const std::size_t count = ip_[3];
  const Word* const operands = ip_ + 4;
  const Function& callee = *peek(ip_[1]).to_function().function;
  if (&callee.program() != code_->program->program) [[unlikely]]
    keep_alive(callee.program());
  std::vector<Value> arguments = callee.bind(take_all(operands, count), {});
  release(ip_[1]);
  enter_with(callee.code(), arguments, operands + count, ip_[2]);
  return ip_;
}

namespace {

// A cache word: the class's number in its program + 1, and the slot or method found there.
std::uint64_t cache_word(const ClassInfo& cls, std::uint32_t found) {
  return (static_cast<std::uint64_t>(cls.id()) + 1) << 32U | found;
}

[[noreturn]] void throw_no_attribute(const Object& object, const std::string& name) {
  throw Error(ErrorCode::kNotFound, "AttributeError",
              "'" + object.class_name() + "' object has no attribute '" + name + "'");
}

}  // namespace

std::uint32_t Interpreter::find_slot(const Object& object) const {
  const ClassInfo& cls = object.class_info();
  std::atomic<std::uint64_t>& cache = code_->caches[ip_[2]];
  const std::uint64_t word = cache.load(std::memory_order_relaxed);
  if (is_cached(word, cls, code_->program->program)) [[likely]]
    return static_cast<std::uint32_t>(word);
  const std::string& name = code_->program->strings[ip_[1]];
  const std::uint32_t slot = cls.slot_of(name);
  if (slot == ClassInfo::kNoSlot) throw_no_attribute(object, name);
  if (&cls.program() == code_->program->program) cache.store(cache_word(cls, slot), std::memory_order_relaxed);
  return slot;
}

const Function& Interpreter::find_method(const Object& object) const {
  const ClassInfo& cls = object.class_info();
  std::atomic<std::uint64_t>& cache = code_->caches[ip_[2]];
  const std::uint64_t word = cache.load(std::memory_order_relaxed);
  if (is_cached(word, cls, code_->program->program)) [[likely]] {
    return *cls.methods()[static_cast<std::uint32_t>(word)].function;
  }
  const std::string& name = code_->program->strings[ip_[1]];
  for (std::uint32_t i = 0; i < cls.methods().size(); ++i) {
    if (cls.methods()[i].name != name) continue;
    if (&cls.program() == code_->program->program) cache.store(cache_word(cls, i), std::memory_order_relaxed);
    return *cls.methods()[i].function;
  }
  throw_no_attribute(object, name);
}

const Interpreter::Word* Interpreter::get_attribute() {
  const Object& object = peek(ip_[3]).to_object();
  Value value = object.slot(find_slot(object));
  release(ip_[3]);
  registers_[ip_[4]] = std::move(value);
  return ip_ + 5;
}

const Interpreter::Word* Interpreter::set_attribute() {
  Object& object = peek(ip_[3]).to_object();
  const std::uint32_t slot = find_slot(object);
  object.set_slot(slot, take(ip_[4]));
  release(ip_[3]);
  return ip_ + 5;
}

const Interpreter::Word* Interpreter::make_tuple() {
  const TypePtr& type = code_->program->types[ip_[1]];
  const std::size_t count = ip_[3];
  // Only a NamedTuple needs its type: any other's is that of its items.
  auto tuple = make_box<TupleBox>(type->fields.empty() ? TypePtr() : type, count);
  for (std::size_t i = 0; i < count; ++i) tuple->items[i] = take(ip_[4 + i]);
  registers_[ip_[2]] = Value(Tag::kTuple, std::move(tuple));
  return ip_ + 4 + count;
}

const Interpreter::Word* Interpreter::make_list() {
  registers_[ip_[2]] = Value::list(code_->program->types[ip_[1]]->contained[0], take_all(ip_ + 4, ip_[3]));
  return ip_ + 4 + ip_[3];
}

const Interpreter::Word* Interpreter::make_dict() {
  const Type& type = *code_->program->types[ip_[1]];
  Value dict = Value::dict(type.contained[0], type.contained[1]);
  for (std::size_t i = 0; i < ip_[3]; i += 2) dict.to_dict().set(peek(ip_[4 + i]), peek(ip_[5 + i]));
  for (std::size_t i = 0; i < ip_[3]; ++i) release(ip_[4 + i]);
  registers_[ip_[2]] = std::move(dict);
  return ip_ + 4 + ip_[3];
}

const Interpreter::Word* Interpreter::unpack() {
  const std::size_t count = ip_[2];
  const bool dies = Operand{ip_[1]}.kind() == Operand::kRegisterLastUse;
  const Value held = dies ? take(ip_[1]) : Value();  // keeps the items while registers change; who lives, does anyway
  const Value& source = dies ? held : peek(ip_[1]);
  const std::span<Value> items =
      source.is_list() ? std::span<Value>(source.to_list().items) : std::span<Value>(source.to_tuple().items);
  if (items.size() != count) {
    const bool few = items.size() < count;
    throw Error(ErrorCode::kType, "ValueError",
                few ? "not enough values to unpack (expected " + std::to_string(count) + ", got " +
                          std::to_string(items.size()) + ")"
                    : "too many values to unpack (expected " + std::to_string(count) + ")");
  }
  if (dies && source.box()->is_unique()) {
    for (std::size_t i = 0; i < count; ++i) registers_[ip_[3 + i]] = std::move(items[i]);
  } else {
    for (std::size_t i = 0; i < count; ++i) registers_[ip_[3 + i]] = items[i];
  }
  return ip_ + 3 + count;
}

const Interpreter::Word* Interpreter::tuple_item() {
  const ValueArray& items = peek(ip_[1]).to_tuple().items;
  if (ip_[2] >= items.size()) throw Error(ErrorCode::kType, "IndexError", "tuple index out of range");
  Value item = items[ip_[2]];
  release(ip_[1]);
  registers_[ip_[3]] = std::move(item);
  return ip_ + 4;
}

const Interpreter::Word* Interpreter::make_object() {
  const LinkedProgram& program = *code_->program;
  if (maker_.get() != program.program) maker_ = program.program->shared_from_this();
  registers_[ip_[2]] = Value(Tag::kObject, make_box<Object>(*program.classes[ip_[1]], maker_));
  return ip_ + 3;
}

bool Interpreter::is_one_of(const Value& v, const Word* types, std::size_t count) const {
  for (std::size_t i = 0; i < count; ++i) {
    if (value_is(v, *code_->program->types[types[i]])) return true;
  }
  return false;
}

const Interpreter::Word* Interpreter::is_instance() {
  const bool is = is_one_of(peek(ip_[1]), ip_ + 4, ip_[3]);
  release(ip_[1]);
  registers_[ip_[2]] = is;
  return ip_ + 4 + ip_[3];
}

const Interpreter::Word* Interpreter::check_type() {
  if (!is_one_of(peek(ip_[1]), ip_ + 4, ip_[3])) throw Error(ErrorCode::kType, value_str(peek(ip_[2])));
  release(ip_[1]);
  release(ip_[2]);
  return ip_ + 4 + ip_[3];
}

const Interpreter::Word* Interpreter::raise() {
  const Value& cls = peek(ip_[2]);
  throw Error(ErrorCode::kUserException, cls.is_none() ? "AssertionError" : exception_class_name(cls.to_string()),
              value_str(peek(ip_[1])));
}

const Interpreter::Word* Interpreter::reraise() {
  const Value& exception = peek(ip_[1]);
  if (caught_error_ && exception.is_same(caught_)) throw_copy_of(*caught_error_);
  throw RaisedError(exception);
}

const Interpreter::Word* Interpreter::wait() {
  const Value future = take(ip_[1]);
  try {
    registers_[ip_[2]] = future.to_future().wait();
  } catch (const Error& error) {
    throw_copy_of(error);  // the future's own is shared by all who wait
  }
  return ip_ + 3;
}

const Interpreter::Word* Interpreter::guard() {
  if (!peek(ip_[1]).to_bool()) throw Error(ErrorCode::kGuard, code_->program->strings[ip_[2]]);
  return ip_ + 3;
}

const Interpreter::Word* Interpreter::print() {
  std::string line;
  for (std::size_t i = 0; i < ip_[1]; ++i) line += (i ? " " : "") + value_str(peek(ip_[2 + i]));
  for (std::size_t i = 0; i < ip_[1]; ++i) release(ip_[2 + i]);
  context_.print(line + "\n");
  return ip_ + 2 + ip_[1];
}

}  // namespace portfire
