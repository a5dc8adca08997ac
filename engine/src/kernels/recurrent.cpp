// Recurrent layers and cells: lstm, gru, rnn_tanh, rnn_relu over whole sequences, and one step of each.
#include "arithmetic.h"
#include "families.h"
#include "joining.h"
#include "mathematics.h"
#include "matmul.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

// Parameters of one direction of one layer; biases and the projection may be null.
struct CellWeights {
  TensorRef input, hidden, input_bias, hidden_bias, projection;
};

struct CellState {
  TensorRef h, c;  // c: lstm only
};

// One step: what the input contributes to the gates is computed for the whole sequence beforehand.
using Step = CellState (*)(const TensorRef& from_input, const CellState& state, const CellWeights& w);

TensorRef relu_of(const TensorRef& x) {
  return run_unary<Domain::kFloating, ResultKind::kPromoted>("relu", x, {}, [](auto v) {
    using T = decltype(v);
    return v < T(0) ? T(0) : v;
  });
}

CellState lstm_step(const TensorRef& from_input, const CellState& state, const CellWeights& w) {
  const TensorRef gates = add(from_input, linear(state.h, w.hidden, w.hidden_bias));
  const std::vector<TensorRef> parts = chunk(gates, 4, -1);
  const TensorRef cell = add(mul(sigmoid(parts[1]), state.c), mul(sigmoid(parts[0]), tanh(parts[2])));
  TensorRef h = mul(sigmoid(parts[3]), tanh(cell));
  if (w.projection) h = linear(h, w.projection, {});
  return {h, cell};
}

CellState gru_step(const TensorRef& from_input, const CellState& state, const CellWeights& w) {
  const std::vector<TensorRef> x = chunk(from_input, 3, -1);
  const std::vector<TensorRef> h = chunk(linear(state.h, w.hidden, w.hidden_bias), 3, -1);
  const TensorRef reset = sigmoid(add(x[0], h[0]));
  const TensorRef update = sigmoid(add(x[1], h[1]));
  const TensorRef fresh = tanh(add(x[2], mul(reset, h[2])));
  return {add(fresh, mul(update, sub(state.h, fresh))), {}};
}

CellState tanh_step(const TensorRef& from_input, const CellState& state, const CellWeights& w) {
  return {tanh(add(from_input, linear(state.h, w.hidden, w.hidden_bias))), {}};
}

CellState relu_step(const TensorRef& from_input, const CellState& state, const CellWeights& w) {
  return {relu_of(add(from_input, linear(state.h, w.hidden, w.hidden_bias))), {}};
}

struct LayerResult {
  TensorRef sequence;  // (time, batch, features)
  CellState last;
};

LayerResult run_direction(Step step, const TensorRef& input, CellState state, const CellWeights& w, bool reversed) {
  const TensorRef from_input = linear(input, w.input, w.input_bias);
  const std::int64_t steps = input->size(0);
  std::vector<TensorRef> outputs(static_cast<std::size_t>(steps));
  for (std::int64_t i = 0; i < steps; ++i) {
    const std::int64_t t = reversed ? steps - 1 - i : i;
    state = step(select(from_input, 0, t), state, w);
    outputs[static_cast<std::size_t>(t)] = state.h;
  }
  return {stack(outputs, 0), state};
}

struct NetworkOptions {
  bool has_biases;
  std::int64_t layers;
  bool bidirectional, batch_first;
};

// has_biases, num_layers, dropout, train, bidirectional, batch_first: arguments `first` and on.
NetworkOptions options_at(const Call& c, std::size_t first) {
  if (bool_or(c, first + 3, false) && double_or(c, first + 2, 0) > 0 && int_at(c, first + 1) > 1) {
    fail("the native kernels of recurrent layers support dropout in evaluation only (training needs random numbers)");
  }
  return {bool_or(c, first, true), int_at(c, first + 1), bool_or(c, first + 4, false), bool_or(c, first + 5, false)};
}

std::vector<CellWeights> weights_of(const std::vector<TensorRef>& params, const NetworkOptions& o, bool projected) {
  const std::size_t each = 2 + (o.has_biases ? 2 : 0) + (projected ? 1 : 0);
  const auto cells = static_cast<std::size_t>(o.layers * (o.bidirectional ? 2 : 1));
  if (o.layers <= 0 || params.size() != each * cells) {
    fail("got an incorrect number of RNN parameters: expected ", each * cells, ", got ", params.size());
  }
  std::vector<CellWeights> out;
  for (std::size_t i = 0; i < params.size(); i += each) {
    CellWeights w{params[i], params[i + 1], {}, {}, {}};
    if (o.has_biases) {
      w.input_bias = params[i + 2];
      w.hidden_bias = params[i + 3];
    }
    if (projected) w.projection = params[i + each - 1];
    out.push_back(w);
  }
  return out;
}

struct NetworkResult {
  TensorRef output, h, c;
};

NetworkResult run_network(Step step, TensorRef input, const TensorRef& h0, const TensorRef& c0,
                          const std::vector<TensorRef>& params, const NetworkOptions& o) {
  if (input->rank() != 3) fail("Expected input to have 3 dimensions, got ", input->rank());
  const bool projected = c0 && c0->size(2) != h0->size(2);
  const std::vector<CellWeights> weights = weights_of(params, o, projected);
  if (h0->rank() != 3 || h0->size(0) != static_cast<std::int64_t>(weights.size())) {
    fail("Expected hidden size (", weights.size(), ", batch, hidden), got ", shape_text(h0->sizes()));
  }
  if (o.batch_first) input = transpose(input, 0, 1);
  if (input->size(0) == 0) fail("Expected sequence length to be larger than 0 in RNN");
  std::vector<TensorRef> last_h;
  std::vector<TensorRef> last_c;
  const std::size_t directions = o.bidirectional ? 2 : 1;
  for (std::size_t layer = 0; layer < static_cast<std::size_t>(o.layers); ++layer) {
    std::vector<TensorRef> sequences;
    for (std::size_t d = 0; d < directions; ++d) {
      const std::size_t cell = layer * directions + d;
      const auto at = static_cast<std::int64_t>(cell);
      const CellState start{select(h0, 0, at), c0 ? select(c0, 0, at) : TensorRef()};
      const LayerResult r = run_direction(step, input, start, weights[cell], d == 1);
      sequences.push_back(r.sequence);
      last_h.push_back(r.last.h);
      if (c0) last_c.push_back(r.last.c);
    }
    input = sequences.size() == 1 ? sequences[0] : cat(sequences, -1);
  }
  NetworkResult result{o.batch_first ? transpose(input, 0, 1) : input, stack(last_h, 0), {}};
  if (c0) result.c = stack(last_c, 0);
  return result;
}

void lstm_op(Call& c) {
  const std::vector<TensorRef> hx = tensors_at(c, 1);
  if (hx.size() != 2) fail("lstm expects two hidden states");
  const NetworkResult r = run_network(lstm_step, tensor_at(c, 0), hx[0], hx[1], tensors_at(c, 2), options_at(c, 3));
  set_results(c, {r.output, r.h, r.c});
}

template <Step S>
void network_op(Call& c) {
  const NetworkResult r = run_network(S, tensor_at(c, 0), tensor_at(c, 1), {}, tensors_at(c, 2), options_at(c, 3));
  set_results(c, {r.output, r.h});
}

CellWeights cell_weights_at(const Call& c) {
  return {tensor_at(c, 2), tensor_at(c, 3), optional_tensor_at(c, 4), optional_tensor_at(c, 5), {}};
}

void lstm_cell_op(Call& c) {
  const std::vector<TensorRef> hx = tensors_at(c, 1);
  if (hx.size() != 2) fail("lstm_cell expects two hidden states");
  const CellWeights w = cell_weights_at(c);
  const CellState s = lstm_step(linear(tensor_at(c, 0), w.input, w.input_bias), {hx[0], hx[1]}, w);
  set_results(c, {s.h, s.c});
}

template <Step S>
TensorRef cell_op(const Call& c) {
  const CellWeights w = cell_weights_at(c);
  return S(linear(tensor_at(c, 0), w.input, w.input_bias), {tensor_at(c, 1), {}}, w).h;
}

}  // namespace

#define NETWORK_ARGUMENTS \
  "Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first"
#define CELL_ARGUMENTS "Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None"

KernelTable recurrent_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::lstm.input(Tensor input, Tensor[] hx, " NETWORK_ARGUMENTS ") -> (Tensor, Tensor, Tensor)", lstm_op},
      {"aten::gru.input(Tensor input, Tensor hx, " NETWORK_ARGUMENTS ") -> (Tensor, Tensor)", network_op<gru_step>},
      {"aten::rnn_tanh.input(Tensor input, Tensor hx, " NETWORK_ARGUMENTS ") -> (Tensor, Tensor)",
       network_op<tanh_step>},
      {"aten::rnn_relu.input(Tensor input, Tensor hx, " NETWORK_ARGUMENTS ") -> (Tensor, Tensor)",
       network_op<relu_step>},
      {"aten::lstm_cell(Tensor input, Tensor[] hx, " CELL_ARGUMENTS ") -> (Tensor, Tensor)", lstm_cell_op},
      {"aten::gru_cell(Tensor input, Tensor hx, " CELL_ARGUMENTS ") -> Tensor", functional<cell_op<gru_step>>},
      {"aten::rnn_tanh_cell(Tensor input, Tensor hx, " CELL_ARGUMENTS ") -> Tensor", functional<cell_op<tanh_step>>},
      {"aten::rnn_relu_cell(Tensor input, Tensor hx, " CELL_ARGUMENTS ") -> Tensor", functional<cell_op<relu_step>>},
  };
  return kTable;
}

#undef NETWORK_ARGUMENTS
#undef CELL_ARGUMENTS

}  // namespace portfire::kernels
