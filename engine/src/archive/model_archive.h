// A model file: PyTorch's archive layout, with the engine's program in it (docs/archive.md).
//
//   <name>/portfire/program.bin   the program
//   <name>/data/N, <name>/...     tensors, named by the program's storages
#pragma once

#include <span>
#include <string>

#include "archive/zip_reader.h"

namespace portfire {

class ModelArchive {
 public:
  // `bytes` must outlive the archive. Throws Error kBadArchive, or kNoProgram for a TorchScript archive without a
  // program.
  explicit ModelArchive(std::span<const std::byte> bytes);

  // Of program.bin, its checksum compared.
  std::span<const std::byte> program() const;
  // A record by its name below the top-level folder: "data/0".
  std::span<const std::byte> record(const std::string& name) const { return zip_.record(folder_ + name); }

 private:
  [[noreturn]] void reject() const;

  ZipReader zip_;
  std::string folder_;  // with its slash
};

}  // namespace portfire
