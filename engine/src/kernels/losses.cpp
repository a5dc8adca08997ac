// Losses: mean squared and absolute error, negative log likelihood and cross entropy of class indices.
#include "arithmetic.h"
#include "families.h"
#include "gather.h"
#include "pointwise.h"
#include "reduce.h"
#include "softmax.h"
#include "views.h"

namespace portfire::kernels {
namespace {

enum Reduction : std::int64_t { kNone = 0, kMean = 1, kSum = 2 };

TensorRef reduced(const TensorRef& loss, std::int64_t reduction) {
  if (reduction == kMean) return mean(loss, {}, false);
  return reduction == kSum ? sum(loss, {}, false) : loss;
}

TensorRef mse_loss(const Call& c) {
  const TensorRef d = sub(tensor_at(c, 0), tensor_at(c, 1));
  return reduced(mul(d, d), int_or(c, 2, kMean));
}

TensorRef l1_loss(const Call& c) {
  const TensorRef d = sub(tensor_at(c, 0), tensor_at(c, 1));
  const TensorRef magnitude =
      run_unary<Domain::kFloating, ResultKind::kPromoted>("l1_loss", d, d, [](auto x) { return x < 0 ? -x : x; });
  return reduced(magnitude, int_or(c, 2, kMean));
}

// input (N, C, ...) of log probabilities, target (N, ...) of class indices.
TensorRef nll_loss(const TensorRef& given, const TensorRef& target, const TensorRef& weight, std::int64_t reduction,
                   std::int64_t ignored) {
  const bool batched = given->rank() > 1;
  const TensorRef input = contiguous(batched ? given : unsqueeze(given, 0));
  const TensorRef labels = contiguous(batched ? target : unsqueeze(target, 0));
  if (labels->dtype() != DType::kInt64) fail("expected scalar type Long but found ", scalar_type_name(labels->dtype()));
  Dims expected = input->shape();
  expected.erase(1);
  if (labels->shape() != expected) {
    fail_value("Expected target size ", shape_text(expected), ", got ", shape_text(labels->sizes()));
  }
  const std::int64_t classes = input->size(1);
  const std::int64_t inner = input->size(0) * classes == 0 ? 1 : input->count() / (input->size(0) * classes);
  const TensorRef weights = weight ? contiguous_as(weight, input->dtype()) : weight;
  if (weights && weights->count() != classes)
    fail("weight tensor should be defined either for all ", classes, " classes or no classes");
  const TensorRef losses = empty(labels->shape(), input->dtype());
  double total = 0;
  double total_weight = 0;
  dispatch_floating(input->dtype(), "nll_loss", [&]<typename T>(Type<T>) {
    for (std::int64_t i = 0; i < labels->count(); ++i) {
      const std::int64_t label = labels->ptr<std::int64_t>()[i];
      losses->ptr<T>()[i] = convert_number<T>(0.0);
      if (label == ignored) continue;
      if (label < 0 || label >= classes) fail_index("Target ", label, " is out of bounds.");
      const double w = weights ? convert_number<double>(weights->ptr<T>()[label]) : 1.0;
      const std::int64_t at = (i / inner * classes + label) * inner + i % inner;
      const double loss = -w * convert_number<double>(input->ptr<T>()[at]);
      losses->ptr<T>()[i] = convert_number<T>(loss);
      total += loss;
      total_weight += w;
    }
  });
  if (reduction == kNone) return batched ? losses : squeeze(losses, 0);
  return scalar_tensor(Scalar(reduction == kMean ? total / total_weight : total), input->dtype());
}

TensorRef nll_loss_op(const Call& c) {
  return nll_loss(tensor_at(c, 0), tensor_at(c, 1), optional_tensor_at(c, 2), int_or(c, 3, kMean), int_or(c, 4, -100));
}

TensorRef cross_entropy_op(const Call& c) {
  const TensorRef input = tensor_at(c, 0);
  const TensorRef target = tensor_at(c, 1);
  if (double_or(c, 5, 0) != 0) fail("the native kernel of cross_entropy_loss does not support label_smoothing");
  if (is_floating(target->dtype())) fail("the native kernel of cross_entropy_loss supports class indices only");
  return nll_loss(log_softmax(input, input->rank() == 1 ? 0 : 1), target, optional_tensor_at(c, 2), int_or(c, 3, kMean),
                  int_or(c, 4, -100));
}

}  // namespace

KernelTable loss_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", functional<mse_loss>},
      {"aten::l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", functional<l1_loss>},
      {"aten::nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> "
       "Tensor",
       functional<nll_loss_op>},
      {"aten::nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) "
       "-> "
       "Tensor",
       functional<nll_loss_op>},
      {"aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt "
       "ignore_index=-100, "
       "float label_smoothing=0.0) -> Tensor",
       functional<cross_entropy_op>},
  };
  return kTable;
}

}  // namespace portfire::kernels
