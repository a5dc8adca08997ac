// Here, and not in program/, because the end of a program is the end of its thread pool.
#include "program/linked_program.h"

#include "execution/thread_pool.h"

namespace portfire {

LinkedProgram::LinkedProgram() : lazy_pool(std::make_unique<LazyPool>()) {}
LinkedProgram::~LinkedProgram() = default;

}  // namespace portfire
