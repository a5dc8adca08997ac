// From a file to a program: map, decode, validate, make the tensors over the mapped memory, link.
#include <algorithm>
#include <cstring>
#include <new>

#include "archive/mapped_file.h"
#include "archive/model_archive.h"
#include "archive/program_decoder.h"
#include "portfire/program.h"
#include "program/program_linker.h"
#include "program/program_validator.h"

namespace portfire {
namespace {

constexpr std::size_t kAlignment = 64;

// The bytes of one storage, and what keeps them alive.
struct Memory {
  void* data = nullptr;
  std::shared_ptr<const void> owner;
};

struct AlignedDelete {
  void operator()(void* p) const noexcept { ::operator delete(p, std::align_val_t(kAlignment)); }
};

// A record where it lies, or, if another tool wrote it without alignment, a copy.
Memory aligned_memory(std::span<const std::byte> record, const std::shared_ptr<const void>& owner) {
  const auto address = reinterpret_cast<std::uintptr_t>(record.data());
  if (address % kAlignment == 0 || record.empty()) return {const_cast<std::byte*>(record.data()), owner};
  void* copy = ::operator new(record.size(), std::align_val_t(kAlignment));
  std::memcpy(copy, record.data(), record.size());
  return {copy, std::shared_ptr<const void>(copy, AlignedDelete())};
}

std::vector<Memory> find_storages(const ProgramImage& image, const ModelArchive& archive,
                                  const std::shared_ptr<const void>& owner) {
  std::vector<Memory> storages;
  for (const StorageRecord& s : image.storages) {
    const std::span<const std::byte> record = archive.record(image.string(s.record));
    if (record.size() < s.bytes) {
      throw Error(ErrorCode::kBadArchive,
                  "the record '" + image.string(s.record) + "' is shorter than the program says");
    }
    storages.push_back(aligned_memory(record, owner));
  }
  return storages;
}

std::vector<Tensor> make_tensors(const ProgramImage& image, const std::vector<Memory>& storages,
                                 const Libraries& libraries) {
  std::vector<Tensor> tensors;
  if (!image.tensors.empty() && libraries.empty()) {
    throw Error(ErrorCode::kBadArgument, "the program has tensors: it needs a kernel library");
  }
  for (const TensorRecord& t : image.tensors) {
    const Memory& memory = storages[t.storage];
    const auto dtype = static_cast<DType>(t.dtype);
    auto* data = static_cast<std::byte*>(memory.data);
    const bool is_empty = std::find(t.sizes.begin(), t.sizes.end(), 0) != t.sizes.end();  // its offset was not checked
    if (!is_empty) data += t.offset * static_cast<std::int64_t>(dtype_size(dtype));
    tensors.push_back(libraries.front()->from_memory(data, t.sizes, t.strides, dtype,
                                                     (t.flags & TensorRecord::kRequiresGrad) != 0, memory.owner));
  }
  return tensors;
}

std::shared_ptr<const Program> load_archive(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                                            Libraries libraries) {
  if (libraries.empty()) libraries.push_back(native_kernels());
  const ModelArchive archive(bytes);
  ProgramImage image = decode_program(archive.program());
  validate_program(image, /*in_memory=*/false, 0);
  std::vector<Tensor> tensors = make_tensors(image, find_storages(image, archive, owner), libraries);
  return ProgramLinker::link(std::move(image), {std::move(libraries), std::move(tensors), owner});
}

}  // namespace

std::shared_ptr<const Program> Program::load(const std::string& path, const Libraries& libraries) {
  const std::shared_ptr<const MappedFile> file = MappedFile::open(path);
  return load_archive(file->bytes(), file, libraries);
}

std::shared_ptr<const Program> Program::load_memory(std::span<const std::byte> archive,
                                                    std::shared_ptr<const void> owner, const Libraries& libraries) {
  return load_archive(archive, owner, libraries);
}

}  // namespace portfire
