# GoogleTest for WebAssembly, from Debian's source package: no threads, processes or exceptions.
include_guard(GLOBAL)
set(gtest_root /usr/src/googletest/googletest)
add_library(mayfly_wasm_gtest STATIC ${gtest_root}/src/gtest-all.cc)
target_include_directories(mayfly_wasm_gtest SYSTEM PUBLIC ${gtest_root}/include)
target_include_directories(mayfly_wasm_gtest PRIVATE ${gtest_root})
target_compile_definitions(mayfly_wasm_gtest PUBLIC
  GTEST_HAS_PTHREAD=0 GTEST_HAS_EXCEPTIONS=0 GTEST_HAS_DEATH_TEST=0 GTEST_HAS_STREAM_REDIRECTION=0
  GTEST_HAS_CLONE=0 GTEST_OS_LINUX=0 GTEST_HAS_POSIX_RE=0)
add_library(mayfly_wasm_gtest_main STATIC ${gtest_root}/src/gtest_main.cc)
target_link_libraries(mayfly_wasm_gtest_main PUBLIC mayfly_wasm_gtest)
add_library(GTest::gtest ALIAS mayfly_wasm_gtest)
add_library(GTest::gtest_main ALIAS mayfly_wasm_gtest_main)
set(GTest_FOUND TRUE)
