// Builds a Program out of a validated image: types, ops, classes, code, constants. The only place that does.
//
// Before: program_validator.h. After: nothing changes what was built, but for inline caches and the lazily made pool.
#pragma once

#include <memory>
#include <vector>

#include "archive/program_image.h"
#include "portfire/program.h"

namespace portfire {

// What an image is linked with.
struct LinkInputs {
  Libraries libraries;
  std::vector<Tensor> tensors;         // one per tensor of the image
  std::shared_ptr<const void> memory;  // what the tensors lie in, if the program is to keep it
};

class ProgramLinker {
 public:
  // Throws Error(kMissingOps), or kInvalidProgram for a device that is none.
  static std::shared_ptr<const Program> link(ProgramImage image, LinkInputs inputs);
};

}  // namespace portfire
