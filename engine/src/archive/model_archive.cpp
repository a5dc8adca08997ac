#include "archive/model_archive.h"

namespace portfire {
namespace {

constexpr std::string_view kProgram = "portfire/program.bin";

}  // namespace

ModelArchive::ModelArchive(std::span<const std::byte> bytes) : zip_(bytes) {
  for (const std::string& name : zip_.names()) {
    const std::size_t slash = name.find('/');
    if (slash != std::string::npos && std::string_view(name).substr(slash + 1) == kProgram) {
      folder_ = name.substr(0, slash + 1);
      return;
    }
  }
  reject();
}

std::span<const std::byte> ModelArchive::program() const {
  return zip_.checked_record(folder_ + std::string(kProgram));
}

void ModelArchive::reject() const {
  bool has_code = false;
  bool has_state = false;
  for (const std::string& name : zip_.names()) {
    has_code = has_code || name.find("/code/") != std::string::npos || name.ends_with("/constants.pkl");
    has_state = has_state || name.ends_with("/data.pkl");
  }
  if (has_code) {
    throw Error(ErrorCode::kNoProgram,
                "the file is a TorchScript archive without an engine program. Convert it once, in Python: "
                "portfire convert old.pt -o new.pt");
  }
  throw Error(ErrorCode::kBadArchive, has_state
                                          ? "not a model archive: the file holds tensors (torch.save), but no program"
                                          : "not a model archive: it holds no portfire/program.bin");
}

}  // namespace portfire
