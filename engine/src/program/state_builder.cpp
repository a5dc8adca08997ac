#include "program/state_builder.h"

#include <charconv>

namespace portfire {

Device parse_device(const std::string& text) {
  const std::size_t colon = text.find(':');
  Device device{text.substr(0, colon), -1};
  const bool named = !device.type.empty();
  if (colon == std::string::npos && named) return device;
  const char* end = text.data() + text.size();
  const bool numbered = colon != std::string::npos &&
                        std::from_chars(text.data() + colon + 1, end, device.index).ptr == end && device.index >= 0;
  if (!named || !numbered) throw Error(ErrorCode::kInvalidProgram, "invalid program: '" + text + "' is no device");
  return device;
}

std::vector<bool> reachable_constants(const LinkedProgram& program, std::vector<Index> roots) {
  std::vector<bool> reached(program.constant_records.size());
  std::vector<bool> objects(program.object_records.size());
  const auto push = [&](const IndexList& more) { roots.insert(roots.end(), more.begin(), more.end()); };
  while (!roots.empty()) {
    const Index i = roots.back();
    roots.pop_back();
    if (reached[i]) continue;
    reached[i] = true;
    const ConstantRecord& c = program.constant_records[i];
    push(c.items);
    if (c.tag == ConstantTag::kObject && !objects[c.index]) {
      objects[c.index] = true;
      push(program.object_records[c.index].slots);
    }
  }
  return reached;
}

StateBuilder::StateBuilder(const LinkedProgram& program, std::shared_ptr<const Program> owner,
                           std::optional<std::vector<bool>> wanted)
    : program_(program),
      owner_(std::move(owner)),
      wanted_(std::move(wanted)),
      constants_(program.constant_records.size()),
      objects_(program.object_records.size()) {}

void StateBuilder::build() {
  for (std::size_t i = 0; i < constants_.size(); ++i) {
    if (is_wanted(i)) constants_[i] = make(program_.constant_records[i]);
  }
  if (!wanted_ && program_.root != 0) make_object(program_.root - 1);
  fill_objects();
}

const Ref<Object>& StateBuilder::make_object(Index i) {
  if (!objects_[i] && i < program_.code_objects.size()) objects_[i] = program_.code_objects[i];
  if (!objects_[i]) objects_[i] = make_box<Object>(*program_.classes[program_.object_records[i].cls], owner_);
  return objects_[i];
}

void StateBuilder::fill_objects() {
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    const bool is_shared = i < program_.code_objects.size() && program_.code_objects[i];
    if (!objects_[i] || is_shared) continue;
    const IndexList& slots = program_.object_records[i].slots;
    for (std::size_t s = 0; s < slots.size(); ++s) objects_[i]->set_slot(s, constants_[slots[s]]);
  }
}

std::vector<Value> StateBuilder::items(const ConstantRecord& c) const {
  std::vector<Value> values;
  values.reserve(c.items.size());
  for (const Index item : c.items) values.push_back(constants_[item]);
  return values;
}

Value StateBuilder::make_dict(const ConstantRecord& c) const {
  const Type& type = *program_.types[c.index];
  Value dict = Value::dict(type.contained[0], type.contained[1]);
  for (std::size_t k = 0; k < c.items.size(); k += 2)
    dict.to_dict().set(constants_[c.items[k]], constants_[c.items[k + 1]]);
  return dict;
}

Value StateBuilder::make_enum(const ConstantRecord& c) const {
  const TypePtr& type = program_.types[c.index];
  const std::string& member = program_.strings[c.member];
  std::size_t i = 0;
  while (type->fields[i] != member) ++i;  // the validator has found it
  return Value(Tag::kEnum, make_box<EnumBox>(type, member, (*type->members)[i]));
}

Value StateBuilder::make(const ConstantRecord& c) {
  switch (c.tag) {
    case ConstantTag::kNone:
      return {};
    case ConstantTag::kFalse:
      return false;
    case ConstantTag::kTrue:
      return true;
    case ConstantTag::kInt:
      return c.integer;
    case ConstantTag::kFloat:
      return c.real;
    case ConstantTag::kComplex:
      return std::complex<double>(c.real, c.imag);
    case ConstantTag::kStr:
      return program_.strings[c.index];
    case ConstantTag::kTensor:
      return program_.tensors[c.index];
    case ConstantTag::kDevice:
      return parse_device(program_.strings[c.index]);
    case ConstantTag::kList:
      return Value::list(program_.types[c.index]->contained[0], items(c));
    case ConstantTag::kTuple:
      return Value::tuple(program_.types[c.index], items(c));
    case ConstantTag::kDict:
      return make_dict(c);
    case ConstantTag::kEnum:
      return make_enum(c);
    case ConstantTag::kFunction:
      return Value(Tag::kFunction, make_box<FunctionBox>(program_.functions[c.index].get(), owner_));
    case ConstantTag::kObject:
      return Value(Tag::kObject, make_object(c.index));
  }
  return {};
}

}  // namespace portfire
