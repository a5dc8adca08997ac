// The extension module `portfire._engine`: programs, functions and objects of the engine. No torch inside.

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "callable.h"
#include "conversion.h"
#include "errors.h"
#include "ops/ops.h"
#include "portfire/future.h"
#include "program/linked_program.h"
#include "program_handle.h"

namespace nb = nanobind;

namespace portfire::python {
namespace {

bool names_torch(const std::vector<std::string>& libraries) {
  return std::find(libraries.begin(), libraries.end(), "aten") != libraries.end();
}

Libraries find_libraries(const std::vector<std::string>& names) {
  Libraries found;
  for (const std::string& name : names) {
    if (name == "native") {
      found.push_back(native_kernels());
    } else if (name == "aten") {
      if (tensor_bridge() == nullptr) {
        nb::module_::import_("torch");  // brings the libraries that _aten is linked to
        nb::module_::import_("portfire._aten");
      }
      found.push_back(tensor_bridge()->library);
    } else {
      throw nb::value_error(("unknown kernel library '" + name + "': expected 'aten' or 'native'").c_str());
    }
  }
  return found;
}

Tensor tensor_from_python(nb::handle object) {
  Value value;
  const TensorBridge* bridge = tensor_bridge();
  if (bridge != nullptr && bridge->tensor_from_python(object.ptr(), value)) return value.to_tensor();
  if (foreign_tensor_from_python(object.ptr(), value)) return value.to_tensor();
  throw nb::type_error("a tensor of a program must be a tensor or array");
}

void init_program(ProgramHandle* self, nb::bytes data, const nb::list& tensors, const std::vector<std::string>& names) {
  const Libraries libraries = find_libraries(names);
  std::vector<Tensor> converted;
  for (const nb::handle tensor : tensors) converted.push_back(tensor_from_python(tensor));
  const auto* bytes = reinterpret_cast<const std::byte*>(data.c_str());
  new (self)
      ProgramHandle(Program::from_bytes({bytes, data.size()}, std::move(converted), libraries), names_torch(names));
}

// A library's kernels on the tensors of torch: the state of a model comes out as torch.Tensors that keep their
// identity.
class KernelsOnTorchTensors final : public KernelLibrary {
 public:
  KernelsOnTorchTensors(std::shared_ptr<KernelLibrary> kernels, std::shared_ptr<KernelLibrary> tensors)
      : kernels_(std::move(kernels)), tensors_(std::move(tensors)) {}

  std::string_view name() const override { return kernels_->name(); }
  BoundOp bind(std::string_view op, std::string_view overload) override { return kernels_->bind(op, overload); }
  Tensor adopt(const Tensor& tensor) override { return tensors_->adopt(tensor); }
  Tensor from_memory(void* data, std::vector<std::int64_t> sizes, std::vector<std::int64_t> strides, DType dtype,
                     bool requires_grad, std::shared_ptr<const void> owner) override {
    return tensors_->from_memory(data, std::move(sizes), std::move(strides), dtype, requires_grad, std::move(owner));
  }

 private:
  const std::shared_ptr<KernelLibrary> kernels_;
  const std::shared_ptr<KernelLibrary> tensors_;
};

Libraries find_loading_libraries(const std::vector<std::string>& names) {
  Libraries libraries = find_libraries(names);
  if (libraries.empty()) libraries.push_back(native_kernels());
  if (tensor_bridge() != nullptr) {  // the first library makes the tensors
    libraries.front() = std::make_shared<KernelsOnTorchTensors>(libraries.front(), tensor_bridge()->library);
  }
  return libraries;
}

nb::object load_program(const std::string& path, const std::vector<std::string>& names) {
  const Libraries libraries = find_loading_libraries(names);
  std::shared_ptr<const Program> program;
  {
    const nb::gil_scoped_release released;
    program = Program::load(path, libraries);
  }
  return ProgramHandle::of(program);
}

// The memory of a writable Python buffer, kept until nobody needs it; released on whatever thread that happens.
std::shared_ptr<Py_buffer> hold_buffer(nb::handle object) {
  std::shared_ptr<Py_buffer> held(new Py_buffer{}, [](Py_buffer* buffer) {
    const nb::gil_scoped_acquire gil;
    PyBuffer_Release(buffer);  // nothing to do for one that was never filled
    delete buffer;
  });
  if (PyObject_GetBuffer(object.ptr(), held.get(), PyBUF_WRITABLE) != 0) throw nb::python_error();
  return held;
}

nb::object load_program_from_memory(nb::handle buffer, const std::vector<std::string>& names) {
  const Libraries libraries = find_loading_libraries(names);
  const std::shared_ptr<Py_buffer> held = hold_buffer(buffer);
  const auto* bytes = static_cast<const std::byte*>(held->buf);
  return ProgramHandle::of(Program::load_memory({bytes, static_cast<std::size_t>(held->len)}, held, libraries));
}

nb::object self_of(ProgramHandle& program) { return ProgramHandle::of(program.shared()); }

nb::object find_function(ProgramHandle& self, const std::string& name) {
  const Function* function = self.program().function(name);
  if (function == nullptr) throw Error(ErrorCode::kNotFound, "KeyError", "the program has no function '" + name + "'");
  return make_callable(*function, {}, self_of(self));
}

nb::object root_of(ProgramHandle& self) {
  if (!self.program().has_root()) return nb::none();
  return nb::cast(ObjectHandle(self.program().make_root(), self_of(self)));
}

nb::object examples_of(ProgramHandle& self) {
  nb::list out;
  for (const Example& example : self.program().examples()) {
    nb::list inputs;
    for (const Value& v : example.inputs) inputs.append(nb::steal(to_python(v, self)));
    out.append(nb::make_tuple(example.method.c_str(), inputs, nb::steal(to_python(example.expected, self))));
  }
  return out;
}

// The enums and NamedTuples of the program: (kind, name, members or fields, values of the members).
nb::list named_types_of(ProgramHandle& self) {
  nb::list out;
  for (const TypePtr& type : self.program().linked().types) {
    const bool is_enum = type->kind == TypeKind::kEnum;
    if (!is_enum && (type->kind != TypeKind::kTuple || type->name.empty())) continue;
    nb::list fields, values;
    for (const std::string& field : type->fields) fields.append(field.c_str());
    if (type->members) {
      for (const Value& v : *type->members) values.append(nb::steal(to_python(v, self)));
    }
    out.append(nb::make_tuple(is_enum ? "enum" : "tuple", type->name.c_str(), fields, values));
  }
  return out;
}

void define_program(nb::module_& m) {
  nb::class_<ProgramHandle>(m, "Program", nb::is_weak_referenceable(),
                            "A verified, linked, immutable program. Threads may share it.")
      .def("__init__", init_program, nb::arg("data"), nb::arg("tensors"), nb::arg("libraries"))
      .def("function", find_function, nb::arg("name"), "The function of that qualified name.")
      .def(
          "make_object",
          [](ProgramHandle& self, const std::string& name) {
            return nb::cast(ObjectHandle(self.program().make_object(name), self_of(self)));
          },
          nb::arg("class_name"), "A new object with all attributes None.")
      .def_prop_ro("root", root_of, "A new root object in the saved state, or None if the program has none.")
      .def_prop_ro("function_names", [](ProgramHandle& self) { return self.program().function_names(); })
      .def_prop_ro("class_names", [](ProgramHandle& self) { return self.program().class_names(); })
      .def_prop_ro("named_types", named_types_of,
                   "(\"enum\" or \"tuple\", name, fields, values of an enum's members) of each named type of values.")
      .def_prop_ro("metadata",
                   [](ProgramHandle& self) {
                     nb::dict out;
                     for (const auto& [key, value] : self.program().metadata()) out[key.c_str()] = value.c_str();
                     return out;
                   })
      .def_prop_ro("examples", examples_of, "The examples in the archive: (method, inputs, expected).")
      .def(
          "bind_type",
          [](ProgramHandle& self, const std::string& name, nb::object type) {
            self.types()[name.c_str()] = std::move(type);
          },
          nb::arg("name"), nb::arg("type"),
          "What a named type is in Python: a NamedTuple, Enum or exception class, or a factory that makes a Python "
          "object "
          "of an engine Object.")
      .def(
          "set_limits",
          [](ProgramHandle& self, std::uint64_t max_steps, std::uint32_t max_depth) {
            self.options().max_steps = max_steps;
            self.options().max_depth = max_depth;
          },
          nb::arg("max_steps") = 0, nb::arg("max_depth") = 1000, "Limits of every later call of this program.");
}

// How an attribute is seen: (name, kind, type), kind as in the program format.
nb::list attributes_of(const ObjectHandle& self) {
  static constexpr const char* kinds[] = {"attribute", "parameter", "buffer", "submodule"};
  nb::list out;
  for (const AttributeInfo& a : self.object->class_info().attributes()) {
    out.append(nb::make_tuple(a.name.c_str(), kinds[static_cast<int>(a.kind)], a.type->str().c_str()));
  }
  return out;
}

void set_attribute(ObjectHandle& self, const std::string& name, nb::handle value) {
  const ClassInfo& cls = self.object->class_info();
  const std::uint32_t slot = cls.slot_of(name);
  if (slot == ClassInfo::kNoSlot) {
    throw Error(ErrorCode::kNotFound, "AttributeError", "'" + cls.name() + "' object has no attribute '" + name + "'");
  }
  try {
    self.object->set_slot(slot, from_python(value.ptr(), *cls.attributes()[slot].type, self.handle()));
  } catch (const ConversionError& e) {
    throw Error(ErrorCode::kBadArgument, "TypeError", "attribute '" + name + "' of '" + cls.name() + "': " + e.what());
  }
}

void define_object(nb::module_& m) {
  nb::class_<ObjectHandle>(m, "Object", nb::is_weak_referenceable(), "An instance of a class of a program.")
      .def_prop_ro("class_name", [](const ObjectHandle& self) { return self.object->class_name(); })
      .def_prop_ro("is_module", [](const ObjectHandle& self) { return self.object->class_info().is_module(); })
      .def_prop_ro("program", [](const ObjectHandle& self) { return self.program; })
      .def_prop_ro(
          "identity", [](const ObjectHandle& self) { return reinterpret_cast<std::uintptr_t>(self.object.get()); },
          "Equal for two Objects that are the same engine object, as long as one of them lives.")
      .def(
          "get",
          [](const ObjectHandle& self, const std::string& name) {
            return nb::steal(to_python(self.object->get(name), self.handle()));
          },
          nb::arg("name"))
      .def(
          "get_raw",
          [](const ObjectHandle& self, const std::string& name) {
            return nb::steal(to_python(self.object->get(name), self.handle(), /*raw=*/true));
          },
          nb::arg("name"), "The attribute, with objects inside as Object and not as what stands for them.")
      .def("set", set_attribute, nb::arg("name"), nb::arg("value").none())
      .def("has", [](const ObjectHandle& self, const std::string& name) { return self.object->has(name); })
      .def(
          "method",
          [](const ObjectHandle& self, const std::string& name) {
            return make_callable(self.object->method(name), Value(Tag::kObject, self.object), self.program);
          },
          nb::arg("name"), "The method, bound to this object.")
      .def_prop_ro("method_names",
                   [](const ObjectHandle& self) {
                     std::vector<std::string> names;
                     for (const MethodInfo& method : self.object->class_info().methods()) names.push_back(method.name);
                     return names;
                   })
      .def_prop_ro(
          "properties",
          [](const ObjectHandle& self) {
            nb::list out;
            for (const PropertyInfo& p : self.object->class_info().properties()) {
              out.append(nb::make_tuple(p.name.c_str(), p.getter.c_str(), p.setter.c_str()));
            }
            return out;
          },
          "(name, getter, setter or an empty string) of each property.")
      .def("attribute_names", [](const ObjectHandle& self) { return self.object->attribute_names(); })
      .def("attributes", attributes_of, "(name, kind, type) of each attribute, in order.")
      .def("__eq__",
           [](const ObjectHandle& a, nb::handle b) {
             return nb::isinstance<ObjectHandle>(b) && nb::inst_ptr<ObjectHandle>(b)->object.get() == a.object.get();
           })
      .def("__hash__",
           [](const ObjectHandle& self) { return reinterpret_cast<std::uintptr_t>(self.object.get()) >> 4; })
      .def("__repr__", [](const ObjectHandle& self) { return "<Object of " + self.object->class_name() + ">"; });
}

nb::object wait_for(FutureHandle& self) {
  Value value;
  {
    const nb::gil_scoped_release released;
    value = self.future->wait();
  }
  return nb::steal(to_python(value, *nb::inst_ptr<ProgramHandle>(self.program)));
}

void define_future(nb::module_& m) {
  nb::class_<FutureHandle>(m, "Future", "The result of a forked call.")
      .def("wait", wait_for, "The result; blocks until it is there, and raises what the call raised.")
      .def("done", [](const FutureHandle& self) { return self.future->done(); });
}

std::vector<std::string> engine_schemas() {
  std::vector<std::string> out;
  for (const OpEntry& entry : engine_ops()) out.emplace_back(entry.schema);
  for (const char* schema : ops::library_op_schemas()) out.emplace_back(schema);
  for (const char* schema : ops::instruction_schemas()) out.emplace_back(schema);
  return out;
}

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& e) {
    set_python_error(e, nullptr);
  } catch (const ConversionError& e) {
    set_argument_error(e.what());
  } catch (const PythonError&) {
    // The Python error is set already.
  }
}

}  // namespace
}  // namespace portfire::python

NB_MODULE(_engine, m) {
  using namespace portfire::python;
  m.doc() = "The portfire engine: programs, functions and objects.";
  nb::register_exception_translator(translate, nullptr);
  nb::set_leak_warnings(false);  // what the user still holds when the interpreter ends is no leak
  add_function_type(m);
  define_program(m);
  define_object(m);
  define_future(m);
  m.def("engine_schemas", engine_schemas,
        "The schema of every operator that is TorchScript's own: the engine's, and those each kernel library "
        "implements.");
  m.def("load", load_program, nb::arg("path"), nb::arg("libraries"), "The program of an archive; the file is mapped.");
  m.def("load_memory", load_program_from_memory, nb::arg("buffer"), nb::arg("libraries"),
        "The program of an archive that lies in a writable buffer, which its tensors share.");
  m.def("set_tensor_bridge",
        [](nb::capsule bridge) { set_tensor_bridge(static_cast<const TensorBridge*>(bridge.data(kBridgeCapsule))); });
}
