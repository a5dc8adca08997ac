// Symbol visibility of the shared library.
#pragma once

#if defined(_WIN32)
#if defined(PORTFIRE_BUILDING)
#define PORTFIRE_EXPORT __declspec(dllexport)
#else
#define PORTFIRE_EXPORT __declspec(dllimport)
#endif
#else
#define PORTFIRE_EXPORT __attribute__((visibility("default")))
#endif
