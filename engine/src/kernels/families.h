// The tables of all kernels, one per family. library.cpp puts them together.
#pragma once

#include <span>

#include "portfire/op.h"

namespace portfire::kernels {

using KernelTable = std::span<const OpEntry>;

KernelTable activation_kernels();
KernelTable arithmetic_kernels();
KernelTable attention_kernels();
KernelTable bitwise_kernels();
KernelTable cast_kernels();
KernelTable comparison_kernels();
KernelTable convolution_kernels();
KernelTable extrema_kernels();
KernelTable factory_kernels();
KernelTable indexing_kernels();
KernelTable joining_kernels();
KernelTable loss_kernels();
KernelTable math_kernels();
KernelTable matmul_kernels();
KernelTable normalization_kernels();
KernelTable padding_kernels();
KernelTable pooling_kernels();
KernelTable rearrangement_kernels();
KernelTable recurrent_kernels();
KernelTable reduction_kernels();
KernelTable scalar_kernels();
KernelTable scan_kernels();
KernelTable selection_kernels();
KernelTable softmax_kernels();
KernelTable sorting_kernels();
KernelTable split_kernels();
KernelTable upsampling_kernels();
KernelTable view_kernels();

}  // namespace portfire::kernels
