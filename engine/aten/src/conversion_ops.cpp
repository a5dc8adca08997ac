// Moving and converting tensors under TorchScript's own overloads, and random generators.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Functions.h>

#include "ivalue.h"
#include "op_family.h"
#include "tensor_ops.h"

namespace portfire::aten {
namespace {

std::optional<at::ScalarType> dtype_at(const Call& call, std::size_t i) {
  if (call[i].is_none()) return std::nullopt;
  return to_scalar_type(call[i]);
}

at::Tensor convert(const at::Tensor& t, std::optional<at::Device> device, std::optional<at::ScalarType> dtype,
                   bool non_blocking, bool copy) {
  if (!device && !dtype) return copy ? t.clone() : t;
  return t.to(device.value_or(t.device()), dtype.value_or(t.scalar_type()), non_blocking, copy);
}

// The result is the argument itself where nothing was to be done.
void set_converted(Call& call, const at::Tensor& before, at::Tensor after) {
  call.set_result(after.is_same(before) ? Value(call[0]) : wrap(std::move(after)));
}

void to_device_op(Call& call) {  // (self, device, dtype, non_blocking, copy)
  const at::Tensor t = tensor_at(call, 0);
  std::optional<at::Device> device;
  if (!call[1].is_none()) device = to_device(call[1]);
  set_converted(call, t, convert(t, device, dtype_at(call, 2), call[3].to_bool(), call[4].to_bool()));
}
void to_dtype_op(Call& call) {  // (self, dtype, non_blocking, copy)
  const at::Tensor t = tensor_at(call, 0);
  set_converted(call, t, convert(t, std::nullopt, dtype_at(call, 1), call[2].to_bool(), call[3].to_bool()));
}
void to_other_op(Call& call) {  // (self, non_blocking, copy)
  const at::Tensor t = tensor_at(call, 0);
  set_converted(call, t, convert(t, std::nullopt, std::nullopt, call[1].to_bool(), call[2].to_bool()));
}
void cpu(Call& call) {
  const at::Tensor t = tensor_at(call, 0);
  set_converted(call, t, t.cpu());
}
void cuda(Call& call) {
  const at::Tensor t = tensor_at(call, 0);
  set_converted(call, t, t.cuda());
}

void is_dense(Call& call) { call.set_result(tensor_at(call, 0).is_non_overlapping_and_dense()); }
void is_strides_like(Call& call) {
  const at::Tensor t = tensor_at(call, 0);
  call.set_result(t.unsafeGetTensorImpl()->is_strides_like(to_memory_format(call[1])));
}
void tensor_name(Call& call) {
  const at::Tensor t = tensor_at(call, 0);
  call.set_result(t.name().empty() ? Value() : Value(t.name()));
}

void dequantize_list(Call& call) {
  std::vector<Value> items;
  for (const Value& v : call[0].to_list().items) items.push_back(wrap(at::dequantize(TensorArgument(v).get())));
  call.set_result(Value::list(Type::leaf(TypeKind::kTensor), std::move(items)));
}

at::Generator generator_at(const Call& call) { return to_ivalue(call[0], *c10::GeneratorType::get()).toGenerator(); }

void make_generator(Call& call) {  // (device, seed)
  const at::Device device = call[0].is_none() ? at::Device(at::kCPU) : to_device(call[0]);
  at::Generator generator =
      device.is_cpu() ? at::detail::createCPUGenerator() : at::globalContext().defaultGenerator(device).clone();
  if (!call[1].is_none()) generator.set_current_seed(static_cast<std::uint64_t>(call[1].to_int()));
  call.set_result(from_ivalue(std::move(generator)));
}
void seed_generator(Call& call) {
  generator_at(call).set_current_seed(static_cast<std::uint64_t>(call[1].to_int()));
  call.set_result(Value(call[0]));
}
void seed(Call& call) { call.set_result(static_cast<std::int64_t>(generator_at(call).seed())); }
void initial_seed(Call& call) { call.set_result(static_cast<std::int64_t>(generator_at(call).current_seed())); }
void seed_everything(Call& call) {
  at::manual_seed(static_cast<std::uint64_t>(call[0].to_int()));
  if (call.result_count() != 0) call.set_result(Value());
}

const OpFamily& family() {
  static const OpFamily table{
      {"aten::to.prim_Device", guarded<to_device_op, 5>},
      {"aten::to.prim_dtype", guarded<to_dtype_op, 4>},
      {"aten::to.prim_other", guarded<to_other_op, 3>},
      {"aten::cpu", guarded<cpu, 1>},
      {"aten::cuda", guarded<cuda, 1>},
      {"aten::is_non_overlapping_and_dense", guarded<is_dense, 1>},
      {"aten::is_strides_like_format", guarded<is_strides_like, 2>},
      {"prim::name", guarded<tensor_name, 1>},
      {"aten::dequantize.list", guarded<dequantize_list, 1>},
      {"aten::Generator", guarded<make_generator, 2>},
      {"aten::manual_seed.generator", guarded<seed_generator, 2>},
      {"aten::manual_seed", guarded<seed_everything, 1, 0>},
      {"aten::seed", guarded<seed, 1>},
      {"aten::initial_seed", guarded<initial_seed, 1>},
  };
  return table;
}

}  // namespace

OpFunction find_conversion_op(std::string_view name) { return find_in(family(), name); }

}  // namespace portfire::aten
