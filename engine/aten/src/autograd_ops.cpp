// Gradients, `.data`, and the initialisers that torch.nn.init runs without recording.

#include <ATen/Functions.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "ivalue.h"
#include "op_family.h"
#include "tensor_ops.h"

namespace portfire::aten {
namespace {

using torch::autograd::variable_list;

variable_list tensors_at(const Call& call, std::size_t i) {
  variable_list out;
  if (call[i].is_none()) return out;
  for (const Value& v : call[i].to_list().items) out.push_back(TensorArgument(v).get());
  return out;
}

Value optional_tensors(variable_list&& tensors) {
  std::vector<Value> items;
  for (at::Tensor& t : tensors) items.push_back(wrap(std::move(t)));
  return Value::list(Type::optional(Type::leaf(TypeKind::kTensor)), std::move(items));
}

std::optional<bool> flag(const Value& v) { return v.is_none() ? std::nullopt : std::optional(v.to_bool()); }

void grad(Call& call) {
  call.set_result(optional_tensors(torch::autograd::grad(tensors_at(call, 0), tensors_at(call, 1), tensors_at(call, 2),
                                                         flag(call[3]), call[4].to_bool(), call[5].to_bool())));
}

void run_backward(const variable_list& outputs, const variable_list& gradients, const Call& call) {
  torch::autograd::backward(outputs, gradients, flag(call[2]), call[3].to_bool());
  if (call.result_count() != 0) call.set_result(Value());
}

void backward(Call& call) {
  const at::Tensor gradient = tensor_at(call, 1);
  run_backward({tensor_at(call, 0)}, gradient.defined() ? variable_list{gradient} : variable_list{}, call);
}
void backward_list(Call& call) { run_backward(tensors_at(call, 0), tensors_at(call, 1), call); }

void data_of(Call& call) { call.set_result(wrap(tensor_at(call, 0).variable_data())); }
void grad_of(Call& call) {
  const at::Tensor grad = tensor_at(call, 0).grad();
  call.set_result(grad.defined() ? wrap(grad) : Value());
}

std::optional<at::Generator> generator_at(const Call& call, std::size_t i) {
  if (call.size() <= i || call[i].is_none()) return std::nullopt;
  return to_ivalue(call[i], *c10::GeneratorType::get()).toGenerator();
}

// torch.nn.init: in place, without a record.
template <typename Fill>
void fill(Call& call, Fill&& apply) {
  const at::NoGradGuard no_grad;
  at::Tensor t = tensor_at(call, 0);
  apply(t);
  call.set_result(Value(call[0]));
}
void fill_uniform(Call& call) {
  fill(call, [&](at::Tensor& t) {
    t.uniform_(call[1].number_to_double(), call[2].number_to_double(), generator_at(call, 3));
  });
}
void fill_normal(Call& call) {
  fill(call, [&](at::Tensor& t) {
    t.normal_(call[1].number_to_double(), call[2].number_to_double(), generator_at(call, 3));
  });
}
void fill_value(Call& call) {
  fill(call, [&](at::Tensor& t) { t.fill_(to_scalar(call[1])); });
}
void fill_zero(Call& call) {
  fill(call, [](at::Tensor& t) { t.zero_(); });
}

void embedding_renorm(Call& call) {
  const at::NoGradGuard no_grad;
  at::Tensor weight = tensor_at(call, 0);
  at::embedding_renorm_(weight, tensor_at(call, 1), call[2].number_to_double(), call[3].number_to_double());
  call.set_result(Value(call[0]));
}

const OpFamily& family() {
  static const OpFamily table{
      {"aten::grad", guarded<grad, 6>},
      {"aten::backward", guarded<backward, 4, 0>},
      {"aten::backward.TensorList", guarded<backward_list, 4, 0>},
      {"prim::data", guarded<data_of, 1>},
      {"prim::grad", guarded<grad_of, 1>},
      {"aten::_no_grad_uniform_", guarded<fill_uniform, 4>},
      {"aten::_no_grad_normal_", guarded<fill_normal, 4>},
      {"aten::_no_grad_fill_", guarded<fill_value, 2>},
      {"aten::_no_grad_zero_", guarded<fill_zero, 1>},
      {"aten::_no_grad_embedding_renorm_", guarded<embedding_renorm, 4>},
  };
  return table;
}

}  // namespace

OpFunction find_autograd_op(std::string_view name) { return find_in(family(), name); }

}  // namespace portfire::aten
