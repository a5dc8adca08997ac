# What is installed where, relative to the prefix (in the Python package: the package's own folder).
#
#   runtime      lib/libportfire.so.N                     what a program needs to run
#   development  include/, lib/libportfire.so, lib/cmake  what a program needs to be built: find_package(portfire)
#   python       the extension modules, in "."
#
# The plug-in and the binding install their targets themselves: the plug-in into the export set portfireAtenTargets.
include(CMakePackageConfigHelpers)

set(PORTFIRE_INSTALL_LIB lib)
set(PORTFIRE_INSTALL_CMAKE lib/cmake/portfire)

# portfire_install_library(target export-set): a shared library of the runtime, with its link for developers.
function(portfire_install_library target export_set)
  set(namelink NAMELINK_COMPONENT development)
  if(DEFINED SKBUILD)
    set(namelink NAMELINK_SKIP)  # a wheel stores links as copies
  endif()
  # In a Python environment torch lies beside portfire: the plug-in finds libtorch there, whoever loads it.
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN;$ORIGIN/../../torch/lib")
  install(
    TARGETS ${target}
    EXPORT ${export_set}
    LIBRARY DESTINATION ${PORTFIRE_INSTALL_LIB} COMPONENT runtime ${namelink}
    ARCHIVE DESTINATION ${PORTFIRE_INSTALL_LIB} COMPONENT development
    RUNTIME DESTINATION bin COMPONENT runtime)
endfunction()

# portfire_install_extension(target): an extension module of the Python package.
function(portfire_install_extension target)
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${PORTFIRE_INSTALL_LIB}")
  install(TARGETS ${target} LIBRARY DESTINATION . COMPONENT python)
endfunction()

function(portfire_install_engine)
  portfire_install_library(portfire portfireTargets)
  install(
    DIRECTORY "${PROJECT_SOURCE_DIR}/include/portfire"
    DESTINATION include
    COMPONENT development
    FILES_MATCHING
    PATTERN "*.h")
endfunction()

function(portfire_install_package)
  install(EXPORT portfireTargets NAMESPACE portfire:: DESTINATION ${PORTFIRE_INSTALL_CMAKE} COMPONENT development)
  if(TARGET portfire_aten)
    install(EXPORT portfireAtenTargets NAMESPACE portfire:: DESTINATION ${PORTFIRE_INSTALL_CMAKE} COMPONENT development)
  endif()
  configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/portfireConfig.cmake.in"
                                "${PROJECT_BINARY_DIR}/portfireConfig.cmake"
                                INSTALL_DESTINATION ${PORTFIRE_INSTALL_CMAKE})
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/portfireConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  install(
    FILES "${PROJECT_BINARY_DIR}/portfireConfig.cmake" "${PROJECT_BINARY_DIR}/portfireConfigVersion.cmake"
    DESTINATION ${PORTFIRE_INSTALL_CMAKE}
    COMPONENT development)
endfunction()
