// `Function` as a Python type. Written on the C API: one vectorcall from Python into the interpreter and back,
// arguments converted straight into the call's values. The type can be subclassed: ScriptFunction and ScriptMethod are
// subclasses, so that nothing of Python lies between a call and the engine.

#include "callable.h"

#include <structmember.h>

#include <vector>

#include "conversion.h"
#include "errors.h"
#include "program_handle.h"

namespace portfire::python {
namespace {

namespace nb = nanobind;

// What is precomputed for one function.
struct Signature {
  const Function* function;
  nb::object program;  // keeps the function alive
  ProgramHandle* handle;
  Value self;                    // the bound object, or None
  std::vector<PyObject*> names;  // interned parameter names, immortal
  std::size_t bound;             // 1 for a method
};

struct FunctionObject {
  PyObject_HEAD;
  vectorcallfunc vectorcall;
  Signature* signature;
};

PyTypeObject* g_type = nullptr;
// What sees calls first, while a trace is recorded; see set_call_observer.
PyObject* g_observer = nullptr;

std::string short_name(const Function& function) {
  return function.name().substr(function.name().rfind('.') + 1) + "()";
}

[[noreturn]] void throw_argument(const Function& function, const std::string& what) {
  throw ConversionError(short_name(function) + ": " + what);
}

// "f(): argument 'x' (position 1): expected a value of type 'int', found 'str'"
Value convert(const Signature& s, std::size_t index, PyObject* object) {
  const Parameter& parameter = s.function->parameters()[index];
  try {
    return from_python(object, *parameter.type, *s.handle);
  } catch (const ConversionError& e) {
    throw_argument(*s.function, "argument '" + parameter.name + "' (position " + std::to_string(index - s.bound + 1) +
                                    "): " + e.what() + "\nDeclaration: " + s.function->schema());
  }
}

std::size_t find_parameter(const Signature& s, PyObject* name) {
  for (std::size_t i = s.bound; i < s.names.size(); ++i) {
    if (s.names[i] == name) return i;
  }
  for (std::size_t i = s.bound; i < s.names.size(); ++i) {
    if (PyUnicode_Compare(s.names[i], name) == 0) return i;
  }
  throw_argument(*s.function, "unknown keyword argument '" + std::string(PyUnicode_AsUTF8(name)) +
                                  "'\nDeclaration: " + s.function->schema());
}

std::size_t positional_limit(const Signature& s) {
  const auto& parameters = s.function->parameters();
  std::size_t limit = 0;
  while (limit < parameters.size() && !parameters[limit].keyword_only) ++limit;
  return limit;
}

void bind_positional(const Signature& s, PyObject* const* args, std::size_t count, std::vector<Value>& values) {
  if (s.bound + count > s.names.size() || s.bound + count > positional_limit(s)) {
    throw_argument(*s.function, "expected at most " + std::to_string(positional_limit(s) - s.bound) +
                                    " positional arguments, found " + std::to_string(count) +
                                    "\nDeclaration: " + s.function->schema());
  }
  for (std::size_t i = 0; i < count; ++i) values.push_back(convert(s, s.bound + i, args[i]));
}

void fill_default(const Signature& s, std::size_t index, std::vector<Value>& values) {
  const Parameter& parameter = s.function->parameters()[index];
  if (!parameter.default_value) {
    throw_argument(*s.function,
                   "missing value for argument '" + parameter.name + "'\nDeclaration: " + s.function->schema());
  }
  values[index] = *parameter.default_value;
}

// Keywords and defaults: the general case.
void bind_rest(const Signature& s, PyObject* const* args, std::size_t positional, PyObject* keywords,
               std::vector<Value>& values) {
  const std::size_t given = s.bound + positional;
  values.resize(s.names.size());
  std::vector<bool> present(s.names.size(), false);
  for (std::size_t i = 0; i < given; ++i) present[i] = true;
  const Py_ssize_t keyword_count = keywords != nullptr ? PyTuple_GET_SIZE(keywords) : 0;
  for (Py_ssize_t k = 0; k < keyword_count; ++k) {
    const std::size_t index = find_parameter(s, PyTuple_GET_ITEM(keywords, k));
    if (present[index]) {
      throw_argument(*s.function, "argument '" + s.function->parameters()[index].name + "' is given twice");
    }
    values[index] = convert(s, index, args[positional + static_cast<std::size_t>(k)]);
    present[index] = true;
  }
  for (std::size_t i = given; i < s.names.size(); ++i) {
    if (!present[i]) fill_default(s, i, values);
  }
}

std::vector<Value> bind(const Signature& s, PyObject* const* args, std::size_t positional, PyObject* keywords) {
  std::vector<Value> values;
  values.reserve(s.names.size());
  if (s.bound != 0) values.push_back(s.self);
  bind_positional(s, args, positional, values);
  if (values.size() < s.names.size() || keywords != nullptr) bind_rest(s, args, positional, keywords, values);
  return values;
}

class GilRelease {
 public:
  GilRelease() : state_(PyEval_SaveThread()) {}
  ~GilRelease() { PyEval_RestoreThread(state_); }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  PyThreadState* state_;
};

Value run(const Signature& s, std::vector<Value> values) {
  if (s.handle->uses_torch()) return tensor_bridge()->run(*s.function, std::move(values), s.handle->options());
  const GilRelease released;
  return s.function->call(std::move(values), s.handle->options());
}

// The observer's answer: a new reference, or nullptr with an exception; NotImplemented means that it leaves the call
// alone.
PyObject* ask_observer(PyObject* callable, PyObject* const* args, std::size_t positional, PyObject* keywords) {
  try {
    const nb::object observer = nb::borrow(g_observer);
    nb::list arguments;
    for (std::size_t i = 0; i < positional; ++i) arguments.append(nb::handle(args[i]));
    nb::dict named;
    const Py_ssize_t count = keywords != nullptr ? PyTuple_GET_SIZE(keywords) : 0;
    for (Py_ssize_t k = 0; k < count; ++k) {
      named[nb::handle(PyTuple_GET_ITEM(keywords, k))] = nb::handle(args[positional + static_cast<std::size_t>(k)]);
    }
    return observer(nb::handle(callable), arguments, named).release().ptr();
  } catch (nb::python_error& e) {
    e.restore();
    return nullptr;
  }
}

PyObject* call_function(PyObject* callable, PyObject* const* args, std::size_t flagged_count, PyObject* keywords) {
  if (g_observer != nullptr) [[unlikely]] {
    PyObject* answer =
        ask_observer(callable, args, static_cast<std::size_t>(PyVectorcall_NARGS(flagged_count)), keywords);
    if (answer != Py_NotImplemented) return answer;
    Py_DECREF(answer);
  }
  const Signature& s = *reinterpret_cast<FunctionObject*>(callable)->signature;
  try {
    std::vector<Value> values;
    try {
      values = bind(s, args, static_cast<std::size_t>(PyVectorcall_NARGS(flagged_count)), keywords);
    } catch (const ConversionError& e) {
      set_argument_error(e.what());
      return nullptr;
    }
    return to_python(run(s, std::move(values)), *s.handle);
  } catch (...) {
    set_current_exception(s.handle);
    return nullptr;
  }
}

Signature* make_signature(const Function& function, Value self, nb::object program) {
  auto* handle = nb::inst_ptr<ProgramHandle>(program);
  const std::size_t bound = self.is_none() ? 0 : 1;
  auto* s = new Signature{&function, std::move(program), handle, std::move(self), {}, bound};
  for (const Parameter& p : function.parameters()) s->names.push_back(PyUnicode_InternFromString(p.name.c_str()));
  return s;
}

PyObject* allocate(PyTypeObject* type, Signature* signature) {
  PyObject* self = type->tp_alloc(type, 0);
  if (self == nullptr) {
    delete signature;
    return nullptr;
  }
  auto* object = reinterpret_cast<FunctionObject*>(self);
  object->vectorcall = call_function;
  object->signature = signature;
  return self;
}

// Function(function): another callable for the same function; subclasses are made this way.
PyObject* new_function(PyTypeObject* type, PyObject* args, PyObject*) {
  if (PyTuple_GET_SIZE(args) < 1 || !PyObject_TypeCheck(PyTuple_GET_ITEM(args, 0), g_type)) {
    PyErr_SetString(PyExc_TypeError,
                    "a Function is made from a Function: Program.function() and Object.method() give one");
    return nullptr;
  }
  const auto* source = reinterpret_cast<FunctionObject*>(PyTuple_GET_ITEM(args, 0));
  return allocate(type, new Signature(*source->signature));
}

int init_function(PyObject*, PyObject*, PyObject*) { return 0; }

void free_function(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  delete reinterpret_cast<FunctionObject*>(self)->signature;
  type->tp_free(self);
  Py_DECREF(type);
}

int traverse_function(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  const Signature* s = reinterpret_cast<FunctionObject*>(self)->signature;
  if (s != nullptr) Py_VISIT(s->program.ptr());
  return 0;
}

int clear_function(PyObject* self) {
  auto* s = reinterpret_cast<FunctionObject*>(self)->signature;
  if (s != nullptr) s->program.reset();
  return 0;
}

const Signature& signature_of(PyObject* self) { return *reinterpret_cast<FunctionObject*>(self)->signature; }

PyObject* get_name(PyObject* self, void*) { return PyUnicode_FromString(signature_of(self).function->name().c_str()); }
PyObject* get_schema(PyObject* self, void*) {
  return PyUnicode_FromString(signature_of(self).function->schema().c_str());
}
PyObject* get_program(PyObject* self, void*) { return Py_NewRef(signature_of(self).program.ptr()); }
PyObject* get_parameters(PyObject* self, void*) {
  nb::list names;
  for (const Parameter& p : signature_of(self).function->parameters()) names.append(p.name.c_str());
  return names.release().ptr();
}
PyObject* represent(PyObject* self) {
  return PyUnicode_FromFormat("<%s %s>", Py_TYPE(self)->tp_name, signature_of(self).function->schema().c_str());
}

PyMemberDef g_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(FunctionObject, vectorcall), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr}};

PyGetSetDef g_properties[] = {
    {"qualified_name", get_name, nullptr, "The qualified name.", nullptr},
    {"schema_text", get_schema, nullptr, "The signature: 'forward(Tensor x, int n=2) -> Tensor'.", nullptr},
    {"program", get_program, nullptr, "The program the function belongs to.", nullptr},
    {"parameter_names", get_parameters, nullptr, "The parameters' names, `self` included.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyType_Slot g_slots[] = {{Py_tp_new, reinterpret_cast<void*>(new_function)},
                         {Py_tp_init, reinterpret_cast<void*>(init_function)},
                         {Py_tp_dealloc, reinterpret_cast<void*>(free_function)},
                         {Py_tp_traverse, reinterpret_cast<void*>(traverse_function)},
                         {Py_tp_clear, reinterpret_cast<void*>(clear_function)},
                         {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                         {Py_tp_repr, reinterpret_cast<void*>(represent)},
                         {Py_tp_members, g_members},
                         {Py_tp_getset, g_properties},
                         {0, nullptr}};

PyType_Spec g_spec = {"portfire._engine.Function", sizeof(FunctionObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
                      g_slots};

}  // namespace

void add_function_type(nb::module_& module) {
  g_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&g_spec));
  if (g_type == nullptr) throw nb::python_error();
  module.attr("Function") = nb::handle(reinterpret_cast<PyObject*>(g_type));
  module.def(
      "set_call_observer",
      [](nb::object observer) {
        PyObject* before = g_observer;
        g_observer = observer.is_none() ? nullptr : observer.release().ptr();
        Py_XDECREF(before);
      },
      nb::arg("observer").none(),
      "Call `observer(function, args, kwargs)` before every call of a compiled function from Python, in any thread; "
      "what it\n"
      "returns is the call's result, unless it is NotImplemented. None: no observer. For recording traces.");
}

nb::object make_callable(const Function& function, Value self, nb::object program) {
  PyObject* made = allocate(g_type, make_signature(function, std::move(self), std::move(program)));
  if (made == nullptr) throw nb::python_error();
  return nb::steal(made);
}

}  // namespace portfire::python
