# Finds Python and, through it, the torch that is installed for it: its CMake package comes with the wheel.
if(PORTFIRE_PYTHON)
  find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
else()
  find_package(Python COMPONENTS Interpreter)
endif()

if(PORTFIRE_ATEN)
  if(Python_Interpreter_FOUND AND NOT Torch_DIR)
    execute_process(
      COMMAND "${Python_EXECUTABLE}" -c "import torch.utils; print(torch.utils.cmake_prefix_path)"
      OUTPUT_VARIABLE _torch_prefix
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(_torch_prefix)
      list(PREPEND CMAKE_PREFIX_PATH "${_torch_prefix}")
    endif()
  endif()
  find_package(Torch REQUIRED)
endif()
