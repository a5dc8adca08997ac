// Every byte of a program changed, one at a time: it is refused with an Error, or it runs within its limits and ends
// with a result or an Error. The checksum is not in the way, so decoder, validator, linker and interpreter are what is
// tested.
#include <functional>

#include "check.h"
#include "portfire/portfire.h"
#include "sample_model.h"

using namespace assembler;
using portfire::Value;

namespace {

// Runs tasks at once, on the thread that posts them: the test is the same each time.
class InlineExecutor final : public portfire::Executor {
 public:
  void post(std::function<void()> task) override { task(); }
};

Value argument_for(const portfire::Type& type, const portfire::Program& program) {
  switch (type.kind) {
    case portfire::TypeKind::kInt:
      return 3;
    case portfire::TypeKind::kStr:
      return "text";
    case portfire::TypeKind::kBool:
      return true;
    case portfire::TypeKind::kList:
      return Value::list(nullptr, {Value(1)});
    default:
      return program.has_root() ? Value(portfire::Tag::kObject, program.make_root()) : Value();
  }
}

void run_everything(const portfire::Program& program) {
  portfire::CallOptions options;
  options.max_steps = 300;
  options.max_depth = 20;
  options.executor = std::make_shared<InlineExecutor>();
  options.print = [](std::string_view) {};
  for (const std::string& name : program.function_names()) {
    check::error_code([&] {
      const portfire::Function& f = *program.function(name);
      std::vector<Value> args;
      for (const portfire::Parameter& p : f.parameters()) args.push_back(argument_for(*p.type, program));
      static_cast<void>(f.schema());
      portfire::value_repr(f.call(std::move(args), options));
    });
  }
  check::error_code([&] {
    if (!program.has_root()) return;
    const portfire::Module module(program.make_root());
    module.train();
    for (const auto& [name, tensor] : module.named_parameters()) static_cast<void>(tensor.numel());
    module.forward({Value(4)}, {}, options);
    program.examples();
  });
}

// 1 if the program was accepted, 0 if it was refused.
int try_program(const Bytes& bytes) {
  const auto archive = std::make_shared<Bytes>(sample_archive(bytes));
  return check::error_code([&] { run_everything(*portfire::Program::load_memory(*archive, archive)); }) == 0 ? 1 : 0;
}

TEST(survives_any_byte_changed) {
  const Bytes original = sample_program().encode();
  CHECK_EQUAL(try_program(original), 1);
  int accepted = 0;
  for (std::size_t i = 0; i < original.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x02U, 0x04U, 0x40U, 0x80U, 0xffU}) {
      Bytes bytes = original;
      bytes[i] ^= static_cast<std::byte>(flip);
      accepted += try_program(bytes);
    }
  }
  CHECK(accepted > 0);
  std::printf("     %zu bytes, %d changed programs were accepted and ran\n", original.size(), accepted);
}

TEST(survives_two_bytes_changed) {
  const Bytes original = sample_program().encode();
  std::uint64_t seed = 1;
  const auto next = [&] {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(seed >> 33U);
  };
  for (int round = 0; round < 4000; ++round) {
    Bytes bytes = original;
    bytes[next() % bytes.size()] = static_cast<std::byte>(next());
    bytes[next() % bytes.size()] = static_cast<std::byte>(next());
    try_program(bytes);
  }
}

TEST(survives_any_cut) {
  const Bytes original = sample_program().encode();
  for (std::size_t length = 0; length < original.size(); ++length) {
    CHECK_EQUAL(try_program(Bytes(original.begin(), original.begin() + static_cast<std::ptrdiff_t>(length))), 0);
  }
}

}  // namespace

TEST_MAIN()
