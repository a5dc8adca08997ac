// How an operator is written, registered and called. Public: hosts may register operators of their own.
//
// An op is a plain function over a `Call`: it reads arguments, writes results, throws Error. The interpreter owns the
// frame; an op never keeps a reference to the Call. An argument's register may be the result's: an op with one result
// sets it last, when it needs its arguments no more. (Several results never share a register with an argument.)
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portfire/value.h"

namespace portfire {

// An operand of an instruction: a register or a constant. A register read for the last time may be moved out of.
struct Operand {
  std::uint32_t bits;  // index << 2 | kind
  enum Kind : std::uint32_t { kRegister = 0, kConstant = 1, kRegisterLastUse = 2 };
  Kind kind() const noexcept { return static_cast<Kind>(bits & 3U); }
  std::uint32_t index() const noexcept { return bits >> 2U; }
};

class CallContext;  // portfire/call_context.h

[[noreturn]] PORTFIRE_EXPORT void throw_missing_argument(std::size_t i);

// One call of one op: where its arguments and results lie.
class Call {
 public:
  Call(Value* registers, const Value* constants, std::span<const Operand> in, std::span<const std::uint32_t> out,
       const void* data, CallContext* context = nullptr) noexcept
      : registers_(registers), constants_(constants), in_(in), out_(out), data_(data), context_(context) {}

  std::size_t size() const noexcept { return in_.size(); }
  // Throws Error(kType) if the program gives fewer arguments than the op reads.
  const Value& arg(std::size_t i) const {
    if (i >= in_.size()) [[unlikely]]
      throw_missing_argument(i);
    const Operand o = in_[i];
    return o.kind() == Operand::kConstant ? constants_[o.index()] : registers_[o.index()];
  }
  const Value& operator[](std::size_t i) const { return arg(i); }
  // The argument, moved out of its register if this is its last use, else copied.
  Value take(std::size_t i) const {
    if (i >= in_.size()) [[unlikely]]
      throw_missing_argument(i);
    const Operand o = in_[i];
    return o.kind() == Operand::kRegisterLastUse ? std::move(registers_[o.index()]) : Value(arg(i));
  }
  std::size_t result_count() const noexcept { return out_.size(); }
  // A result that the program does not ask for is dropped.
  void set_result(std::size_t i, Value v) const noexcept {
    if (i < out_.size()) registers_[out_[i]] = std::move(v);
  }
  void set_result(Value v) const noexcept { set_result(0, std::move(v)); }
  // What the library bound to this instruction (BoundOp::data).
  const void* data() const noexcept { return data_; }
  // The running call of the program: limits, cancellation, print, calls back into the program. Null when the host calls
  // an op directly.
  CallContext* context() const noexcept { return context_; }

 private:
  Value* registers_;
  const Value* constants_;
  std::span<const Operand> in_;
  std::span<const std::uint32_t> out_;
  const void* data_;
  CallContext* context_;
};

using OpFunction = void (*)(Call& call);

// An op bound to a program: the function, and data that lives as long as the program.
struct BoundOp {
  OpFunction function = nullptr;
  std::shared_ptr<const void> data;
  explicit operator bool() const noexcept { return function != nullptr; }
};

// One row of an op table. The schema's text is the only place where the op's signature is written.
struct OpEntry {
  const char* schema;  // "aten::add.int(int a, int b) -> int"
  OpFunction function;
};

// Finds ops by name and overload. Engine ops come first, then the host's libraries in the order given to load().
class PORTFIRE_EXPORT KernelLibrary {
 public:
  virtual ~KernelLibrary() = default;
  virtual std::string_view name() const = 0;
  // The op, or an empty BoundOp if the library lacks it. Thread safe.
  virtual BoundOp bind(std::string_view op, std::string_view overload) = 0;
  // A tensor of any library as one of this library's own, sharing memory where it can. Thread safe.
  virtual Tensor adopt(const Tensor& tensor) = 0;
  // A tensor over memory the engine owns (a mapped file): `owner` keeps it alive.
  virtual Tensor from_memory(void* data, std::vector<std::int64_t> sizes, std::vector<std::int64_t> strides,
                             DType dtype, bool requires_grad, std::shared_ptr<const void> owner) = 0;
};

// The engine's own scalar, string, list and dict ops (src/ops): every row, in table order.
PORTFIRE_EXPORT std::span<const OpEntry> engine_ops();
// "aten::add", "int" out of "aten::add.int(...)".
PORTFIRE_EXPORT std::pair<std::string_view, std::string_view> split_schema_name(std::string_view schema);

// The engine's own CPU kernels (src/kernels).
PORTFIRE_EXPORT std::shared_ptr<KernelLibrary> native_kernels();

}  // namespace portfire
