# Build options and the flags that every target of ours gets.
option(MAYFLY_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(MAYFLY_TSAN "ThreadSanitizer" OFF)
option(MAYFLY_FUZZ "libFuzzer targets (clang)" OFF)
option(MAYFLY_BENCH "benchmarks" OFF)
option(MAYFLY_PCH "the headers of cmake/precompiled.h are read once for each build" ON)
option(MAYFLY_WASM "only the sans-IO libraries, for wasm32-wasi" OFF)

# A host who only runs the programs needs no test framework; `make test` says ON and so requires it.
find_package(GTest QUIET)
option(MAYFLY_TESTS "unit tests" ${GTest_FOUND})
if(NOT MAYFLY_TESTS)
  message(STATUS "no tests will be built (GoogleTest is not installed, or MAYFLY_TESTS is off)")
endif()

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# ccache takes an outdated precompiled header for the new one, so it is one or the other.
find_program(MAYFLY_CCACHE ccache)
if(MAYFLY_CCACHE AND NOT MAYFLY_PCH)
  set(CMAKE_C_COMPILER_LAUNCHER ${MAYFLY_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MAYFLY_CCACHE})
endif()

add_library(mayfly_flags INTERFACE)
target_include_directories(mayfly_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(mayfly_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # At -O3 g++ 12 warns of impossible sizes inside its own std::string (GCC bug 105651) and
  # std::vector comparisons, and of members that a std::variant does not hold. clang and the
  # sanitizers look for the real ones.
  target_compile_options(mayfly_flags INTERFACE
    -Wno-restrict -Wno-stringop-overread -Wno-stringop-overflow -Wno-array-bounds
    -Wno-maybe-uninitialized)
endif()
if(NOT MAYFLY_WASM)
  target_compile_options(mayfly_flags INTERFACE -fstack-protector-strong)
  target_compile_definitions(mayfly_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()
if(MAYFLY_SANITIZE)
  # The vptr check needs type information, which the SANS_IO libraries are built without.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(MAYFLY_FUZZ)
  # Coverage for every library; only the programs in fuzz/ link libFuzzer's main.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
if(MAYFLY_TSAN)
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()
