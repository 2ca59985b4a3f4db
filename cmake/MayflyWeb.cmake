# mayfly_web_bundle(TARGET DIST): the web client that was built in DIST becomes a part of a relay's
# program. mayfly_no_web_bundle(TARGET): there is none.
find_program(MAYFLY_PYTHON python3)
set(MAYFLY_WEB_DIST ${CMAKE_SOURCE_DIR}/web/dist CACHE PATH "where the web client was built")

function(mayfly_web_bundle target dist)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${target}_web_bundle)
  add_custom_command(OUTPUT ${out}.cpp ${out}.bin
    COMMAND ${MAYFLY_PYTHON} ${CMAKE_SOURCE_DIR}/tools/embed_web.py ${dist} ${out}.cpp
    DEPENDS ${dist}/bundle.json ${CMAKE_SOURCE_DIR}/tools/embed_web.py)
  set_source_files_properties(${out}.cpp PROPERTIES OBJECT_DEPENDS ${out}.bin)
  target_sources(${target} PRIVATE ${out}.cpp)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/apps/relay)
endfunction()

function(mayfly_no_web_bundle target)
  target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/apps/relay/no_web_bundle.cpp)
endfunction()
