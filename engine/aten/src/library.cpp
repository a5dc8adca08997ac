// The kernel library itself: which operator is found where.

#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/from_blob.h>

#include <sstream>
#include <unordered_map>

#include "aten_tensor.h"
#include "dispatch.h"
#include "portfire/aten.h"
#include "portfire/call_options.h"
#include "tensor_ops.h"

namespace portfire::aten {
namespace {

std::string joined(std::string_view op, std::string_view overload) {
  std::string name(op);
  if (!overload.empty()) name.append(".").append(overload);
  return name;
}

OpFunction find_own(std::string_view name) {
  for (const auto find :
       {find_number_op, find_conversion_op, find_autograd_op, find_tensor_list_op, find_mode_op, find_resampling_op}) {
    if (const OpFunction function = find(name)) return function;
  }
  return nullptr;
}

std::optional<c10::OperatorHandle> find_in_dispatcher(const std::string& op, const std::string& overload) {
  return c10::Dispatcher::singleton().findSchema({op, overload});
}

BoundOp bind_synonym(const std::string& name) {
  const std::string_view target = dispatcher_name(name);
  if (target.empty()) return {};
  const auto dot = target.find('.');
  const std::string op(target.substr(0, dot));
  const std::string overload(dot == target.npos ? std::string_view{} : target.substr(dot + 1));
  const auto handle = find_in_dispatcher(op, overload);
  // Boxed: a synonym may leave out trailing arguments that have defaults.
  return handle ? bind_boxed(*handle) : BoundOp{};
}

class AtenLibrary final : public KernelLibrary {
 public:
  std::string_view name() const override { return kLibraryName; }

  BoundOp bind(std::string_view op, std::string_view overload) override {
    const std::string name = joined(op, overload);
    if (const OpFunction own = find_own(name)) return {own, nullptr};
    if (BoundOp synonym = bind_synonym(name)) return synonym;
    const auto handle = find_in_dispatcher(std::string(op), std::string(overload));
    if (!handle) return {};
    BoundOp unboxed = bind_unboxed(*handle);
    return unboxed ? unboxed : bind_boxed(*handle);
  }

  Tensor adopt(const Tensor& tensor) override { return to_portfire(to_tensor(tensor)); }

  Tensor from_memory(void* data, std::vector<std::int64_t> sizes, std::vector<std::int64_t> strides, DType dtype,
                     bool requires_grad, std::shared_ptr<const void> owner) override {
    at::Tensor t = at::from_blob(
        data, sizes, strides, [owner = std::move(owner)](void*) {}, at::dtype(static_cast<at::ScalarType>(dtype)));
    if (requires_grad) t.set_requires_grad(true);
    return to_portfire(std::move(t));
  }
};

class InterOpExecutor final : public Executor {
 public:
  // libtorch's own pool: it carries the thread's state (grad mode, autocast, dispatch keys) into the task.
  void post(std::function<void()> task) override { at::launch(std::move(task)); }
};

class SchemaCollector final : public c10::OpRegistrationListener {
 public:
  explicit SchemaCollector(std::vector<std::string>& texts) : texts_(texts) {}

  void onOperatorRegistered(const c10::OperatorHandle& op) override {
    std::ostringstream text;
    text << op.schema();
    texts_.push_back(text.str());
  }

  void onOperatorDeregistered(const c10::OperatorHandle&) override {}

 private:
  std::vector<std::string>& texts_;
};

}  // namespace

std::string_view dispatcher_name(std::string_view name) {
  static const std::unordered_map<std::string_view, std::string_view> synonyms{
      {"aten::index.Tensor_hacked_twin", "aten::index.Tensor"},
      {"aten::_unsafe_index.Tensor_hacked_twin", "aten::_unsafe_index.Tensor"},
      {"aten::index_put.hacked_twin", "aten::index_put"},
      {"aten::index_put_.hacked_twin", "aten::index_put_"},
      {"aten::_unsafe_index_put.hacked_twin", "aten::_unsafe_index_put"},
      {"aten::_index_put_impl_.hacked_twin", "aten::_index_put_impl_"},
      {"aten::numpy_T.a", "aten::numpy_T"},
      {"aten::mT.a", "aten::mT"},
      {"aten::mH.a", "aten::mH"},
      {"aten::matrix_H.a", "aten::matrix_H"},
      {"aten::split", "aten::split.sizes"},
      {"aten::copy_.Tensor", "aten::copy_"},
      {"aten::dequantize.tensor", "aten::dequantize.self"},
      {"prim::abs", "aten::abs"},
  };
  const auto found = synonyms.find(name);
  return found == synonyms.end() ? std::string_view{} : found->second;
}

std::shared_ptr<KernelLibrary> kernels() {
  static const std::shared_ptr<KernelLibrary> library = std::make_shared<AtenLibrary>();
  return library;
}

std::shared_ptr<Executor> executor() {
  static const std::shared_ptr<Executor> shared = std::make_shared<InterOpExecutor>();
  return shared;
}

std::vector<std::string> dispatcher_schemas() {
  // A listener is told of every operator there is, in the order of their registration: the order overloads are tried
  // in.
  std::vector<std::string> texts;
  const auto registration =
      c10::Dispatcher::singleton().addRegistrationListener(std::make_unique<SchemaCollector>(texts));
  return texts;
}

}  // namespace portfire::aten
