// Model files: found, mapped, checked; and what is said of files that are none.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "check.h"
#include "portfire/c.h"
#include "portfire/portfire.h"
#include "sample_model.h"

using namespace assembler;
using portfire::Value;

namespace {

// A file that is deleted at the end of the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const Bytes& bytes)
      : path_((std::filesystem::temp_directory_path() / ("portfire_test_" + std::to_string(counter()++) + "_" +
                                                         std::to_string(reinterpret_cast<std::uintptr_t>(this))))
                  .string()) {
    std::ofstream out(path_, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  static int& counter() {
    static int n = 0;
    return n;
  }
  std::string path_;
};

Bytes sample() { return sample_archive(sample_program().encode()); }

TEST(loads_and_runs_a_file) {
  const TemporaryFile file(sample());
  const portfire::Module module = portfire::load(file.path());
  CHECK_EQUAL(portfire::value_repr(module.forward({Value(5)})), std::string("[15, 10, 10, 3, 2]"));
  CHECK_EQUAL(module.attr("calls").to_int(), 5);
  CHECK_EQUAL(portfire::value_repr(module.run_method("forward", 0)), std::string("[0, -1, -1, 3, 2]"));
  const auto parameters = module.named_parameters();
  CHECK_EQUAL(parameters.size(), std::size_t{1});
  CHECK_EQUAL(parameters.at(0).first, std::string("weight"));
  CHECK_EQUAL(parameters.at(0).second.numel(), std::int64_t{6});
  CHECK_EQUAL(static_cast<const float*>(parameters.at(0).second.data())[5], 1.0F);
  CHECK_EQUAL(module.named_modules().size(), std::size_t{2});
  CHECK_EQUAL(module.get_method("forward").parameters()[0].name, std::string("n"));
  CHECK(!module.find_method("backward"));
}

TEST(roots_have_their_own_state_and_share_weights) {
  const TemporaryFile file(sample());
  const portfire::Module module = portfire::load(file.path());
  module.forward({Value(5)});
  const portfire::Module copy = module.copy();
  CHECK_EQUAL(copy.attr("calls").to_int(), 0);
  CHECK(copy.parameters()[0].data() == module.parameters()[0].data());
  CHECK_ERROR(kType, copy.setattr("calls", Value("x")));
  copy.children()[0].setattr("factor", Value(10));
  CHECK_EQUAL(module.children()[0].attr("factor").to_int(), 3);
}

TEST(says_what_is_wrong_with_a_file) {
  CHECK_ERROR(kIo, portfire::load("/does/not/exist.pt"));
  CHECK_ERROR(kIo, portfire::load("/tmp"));
  const Bytes bytes = sample();
  CHECK_ERROR(kBadArchive, portfire::load(TemporaryFile(Bytes()).path()));
  CHECK_ERROR(kBadArchive, portfire::load(TemporaryFile(Bytes(bytes.begin(), bytes.end() - 30)).path()));
  const Bytes torch_script = ZipWriter().add("m/code/m.py", Bytes(3)).add("m/data.pkl", Bytes(3)).finish();
  std::string what;
  const TemporaryFile old(torch_script);
  CHECK_EQUAL(check::error_code([&] { portfire::load(old.path()); }, &what),
              static_cast<int>(portfire::ErrorCode::kNoProgram));
  CHECK(what.find("portfire convert old.pt -o new.pt") != std::string::npos);
  const TemporaryFile tensors(ZipWriter().add("m/data.pkl", Bytes(3)).finish());
  CHECK_ERROR(kBadArchive, portfire::load(tensors.path()));
}

TEST(notices_damage_by_the_checksum) {
  Bytes bytes = sample();
  const std::string magic = "PFIREPRG";
  for (std::size_t i = 0; i + magic.size() < bytes.size(); ++i) {
    if (std::memcmp(bytes.data() + i, magic.data(), magic.size()) == 0) bytes[i + 40] ^= std::byte{1};
  }
  const TemporaryFile file(bytes);
  CHECK_ERROR(kBadArchive, portfire::load(file.path()));
}

TEST(refuses_newer_versions) {
  Bytes program = sample_program().encode();
  program[8] = std::byte{2};
  const TemporaryFile file(sample_archive(program));
  CHECK_ERROR(kUnsupportedVersion, portfire::load(file.path()));
}

// Every byte of the archive changed, one at a time: the file is read or refused, and never runs outside itself.
TEST(survives_any_byte_of_the_zip_changed) {
  const Bytes original = sample();
  const auto owner = std::make_shared<Bytes>(original);
  for (std::size_t i = 0; i < original.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      Bytes bytes = original;
      bytes[i] ^= static_cast<std::byte>(flip);
      const auto held = std::make_shared<Bytes>(std::move(bytes));
      check::error_code([&] { portfire::Program::load_memory(*held, held); });
    }
  }
  for (std::size_t length = 0; length < original.size(); length += 7) {
    const auto held = std::make_shared<Bytes>(original.begin(), original.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK_ERROR(kBadArchive, portfire::Program::load_memory(*held, held));
  }
}

TEST(the_c_api_runs_a_model) {
  const TemporaryFile file(sample());
  portfire_module* module = nullptr;
  portfire_error* error = nullptr;
  CHECK_EQUAL(portfire_load(file.path().c_str(), &module, &error), 0);
  portfire_value* input = portfire_int(5);
  portfire_value* output = nullptr;
  CHECK_EQUAL(portfire_run(module, "forward", &input, 1, nullptr, &output, &error), 0);
  CHECK_EQUAL(portfire_value_kind(output), PORTFIRE_KIND_LIST);
  CHECK_EQUAL(portfire_value_count(output), std::size_t{5});
  portfire_value* first = portfire_value_item(output, 0);
  CHECK_EQUAL(portfire_value_int(first), std::int64_t{15});
  portfire_value_free(first);
  portfire_value_free(output);
  CHECK_EQUAL(portfire_run(module, "backward", &input, 1, nullptr, &output, &error), 14);
  CHECK(std::string(portfire_error_message(error)).find("backward") != std::string::npos);
  portfire_error_free(error);
  portfire_value_free(input);
  portfire_module_free(module);
  CHECK_EQUAL(portfire_load("/does/not/exist.pt", &module, &error), 2);
  CHECK_EQUAL(portfire_error_code(error), 2);
  portfire_error_free(error);
}

int released = 0;

TEST(the_c_api_borrows_tensors) {
  float data[6] = {1, 2, 3, 4, 5, 6};
  const std::int64_t sizes[] = {2, 3};
  portfire_value* tensor = portfire_tensor_over(
      data, sizes, 2, PORTFIRE_FLOAT32, [](void* count) { ++*static_cast<int*>(count); }, &released);
  CHECK_EQUAL(portfire_tensor_rank(tensor), std::size_t{2});
  CHECK_EQUAL(portfire_tensor_sizes(tensor)[1], std::int64_t{3});
  CHECK_EQUAL(portfire_tensor_dtype(tensor), 6);
  CHECK(portfire_tensor_data(tensor) == data);
  portfire_value_free(tensor);
  CHECK_EQUAL(released, 1);
}

}  // namespace

TEST_MAIN()
