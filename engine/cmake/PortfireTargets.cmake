# How the engine's targets are compiled. Comes before every add_subdirectory.

# Warnings: for every target of this project.
function(portfire_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra $<$<BOOL:${PORTFIRE_WERROR}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict)  # false alarms on std::string, gcc bug 105651
  endif()
endfunction()

# Warnings, sections and sanitizers: for the engine's own targets.
function(portfire_compile_options target)
  portfire_warnings(${target})
  target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections -fno-semantic-interposition)
  target_compile_definitions(${target} PRIVATE PORTFIRE_BUILDING)
  if(PORTFIRE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                             -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
endfunction()

# portfire_folder(core source...): the object library of one folder of src/, linked into libportfire.
function(portfire_folder name)
  if(NOT ARGN)
    return()
  endif()
  set(target portfire_${name})
  add_library(${target} OBJECT ${ARGN})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  portfire_compile_options(${target})
  target_sources(portfire PRIVATE $<TARGET_OBJECTS:${target}>)
endfunction()

if(PORTFIRE_SANITIZE)
  add_link_options(-fsanitize=address,undefined)
endif()
