// The state around a computation (grad mode, autocast, warnings), and what is asked of a tensor's library.

#include <ATen/ExpandUtils.h>
#include <ATen/Functions.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>

#include "errors.h"
#include "ivalue.h"
#include "op_family.h"
#include "tensor_ops.h"

namespace portfire::aten {
namespace {

void grad_enabled(Call& call) { call.set_result(c10::GradMode::is_enabled()); }
void set_grad_enabled(Call& call) {
  c10::GradMode::set_enabled(call[0].to_bool());
  call.set_result(Value());
}

bool autocast(at::DeviceType device) { return at::autocast::is_autocast_enabled(device); }
void autocast_enabled(Call& call) { call.set_result(autocast(at::kCUDA)); }
void autocast_cpu_enabled(Call& call) { call.set_result(autocast(at::kCPU)); }
void autocast_dtype(Call& call) {
  const at::DeviceType device = at::Device(call[0].to_string()).type();
  call.set_result(static_cast<std::int64_t>(at::autocast::get_autocast_dtype(device)));
}

// Without a place in C++: the user's line is what the host shows.
void warn_of(const std::string& message) {
  c10::warn(c10::Warning(c10::UserWarning(), {nullptr, nullptr, 0}, message, /*verbatim=*/false));
}

// Whether the device can do what is asked of it: else torch warns, and computes as without autocast.
bool can_autocast(at::DeviceType device, at::ScalarType dtype) {
  if (device == at::kCUDA && !at::hasCUDA()) {
    warn_of("User provided device_type of 'cuda', but CUDA is not available. Disabling");
    return false;
  }
  if (device == at::kCPU && dtype != at::kBFloat16 && dtype != at::kHalf) {
    warn_of("In CPU autocast, but the target dtype is not supported. Disabling autocast.");
    return false;
  }
  return true;
}

// What torch.autocast does in its __enter__ and __exit__.
void enter_autocast(Call& call) {
  const at::DeviceType device = at::Device(call[0].to_string()).type();
  const auto dtype =
      call[1].is_none() ? at::autocast::get_autocast_dtype(device) : static_cast<at::ScalarType>(call[1].to_int());
  std::vector<Value> before{Value(std::int64_t{autocast(device)}),
                            Value(static_cast<std::int64_t>(at::autocast::get_autocast_dtype(device))),
                            Value(std::int64_t{at::autocast::is_autocast_cache_enabled()})};
  at::autocast::set_autocast_enabled(device, call[2].to_bool() && can_autocast(device, dtype));
  at::autocast::set_autocast_dtype(device, dtype);
  at::autocast::increment_nesting();
  if (!call[3].is_none()) at::autocast::set_autocast_cache_enabled(call[3].to_bool());
  call.set_result(Value::list(portfire::Type::leaf(portfire::TypeKind::kInt), std::move(before)));
}
void leave_autocast(Call& call) {
  const at::DeviceType device = at::Device(call[0].to_string()).type();
  const std::vector<Value>& before = call[1].to_list().items;
  TORCH_CHECK(before.size() == 3, "autocast is left with a state that it did not have");
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device, before[0].to_int() != 0);
  at::autocast::set_autocast_dtype(device, static_cast<at::ScalarType>(before[1].to_int()));
  at::autocast::set_autocast_cache_enabled(before[2].to_int() != 0);
  call.set_result(Value());
}

void warn(Call& call) {
  warn_of(call[0].to_string());
  call.set_result(Value());
}
// `category`: the qualified name of a class of Python's, which only a host that is Python can show.
void warn_of_category(Call& call) {
  if (const auto handler = warning_handler(); handler != nullptr) {
    handler(call[0].to_string(), call[1].to_string());
  } else {
    warn_of(call[0].to_string());
  }
  call.set_result(Value());
}
void cpu_capability(Call& call) { call.set_result(at::get_cpu_capability()); }

void layout(Call& call) { call.set_result(static_cast<std::int64_t>(tensor_at(call, 0).layout())); }
void is_sparse(Call& call) { call.set_result(tensor_at(call, 0).is_sparse()); }
void is_sparse_csr(Call& call) { call.set_result(tensor_at(call, 0).is_sparse_csr()); }
void is_mkldnn(Call& call) { call.set_result(tensor_at(call, 0).is_mkldnn()); }
void is_nested(Call& call) { call.set_result(tensor_at(call, 0).is_nested()); }

void sum_to_size(Call& call) {
  if (call[1].is_none()) {
    call.set_result(Value(call[0]));
    return;
  }
  std::vector<std::int64_t> sizes;
  for (const Value& v : call[1].to_list().items) sizes.push_back(v.to_int());
  call.set_result(wrap(at::sum_to(tensor_at(call, 0), sizes)));
}

void einsum_sublist(Call& call) {
  TORCH_CHECK(call.size() % 2 == 1,
              "einsum(): expected pairs of an operand and its sublist, then the output's sublist");
  const std::size_t pairs = call.size() / 2;
  std::string equation;
  std::vector<at::Tensor> tensors;
  const auto append = [&](const Value& sublist) {
    for (const Value& v : sublist.to_list().items) {
      const std::int64_t n = v.to_int();
      TORCH_CHECK(n >= 0 && n < 52, "einsum(): subscripts in the sublist format must be in [0, 52)");
      equation += static_cast<char>(n < 26 ? 'A' + n : 'a' + (n - 26));
    }
  };
  for (std::size_t i = 0; i < pairs; ++i) {
    if (i != 0) equation += ',';
    tensors.push_back(tensor_at(call, 2 * i));
    append(call[2 * i + 1]);
  }
  equation += "->";
  append(call[call.size() - 1]);
  call.set_result(wrap(at::einsum(equation, tensors)));
}

const OpFamily& family() {
  static const OpFamily table{
      {"aten::is_grad_enabled", guarded<grad_enabled, 0>},
      {"aten::set_grad_enabled", guarded<set_grad_enabled, 1, 0>},
      {"aten::is_autocast_enabled", guarded<autocast_enabled, 0>},
      {"aten::is_autocast_cpu_enabled", guarded<autocast_cpu_enabled, 0>},
      {"aten::get_autocast_dtype", guarded<autocast_dtype, 1>},
      {"prim::enter_autocast", guarded<enter_autocast, 4>},
      {"prim::leave_autocast", guarded<leave_autocast, 2, 0>},
      {"aten::warn", guarded<warn, 2, 0>},
      {"portfire::warn", guarded<warn_of_category, 3, 0>},
      {"aten::_get_cpu_capability", guarded<cpu_capability, 0>},
      {"prim::layout", guarded<layout, 1>},
      {"prim::is_sparse", guarded<is_sparse, 1>},
      {"prim::is_sparse_csr", guarded<is_sparse_csr, 1>},
      {"prim::is_mkldnn", guarded<is_mkldnn, 1>},
      {"prim::is_nested", guarded<is_nested, 1>},
      {"aten::_grad_sum_to_size", guarded<sum_to_size, 2>},
      {"aten::einsum.sublist", guarded<einsum_sublist, 1>},
  };
  return table;
}

}  // namespace

OpFunction find_mode_op(std::string_view name) { return find_in(family(), name); }

}  // namespace portfire::aten
