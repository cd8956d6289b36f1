# Code that only tests, and code that only reads the command line, is compiled quickly: the sanitised
# build leaves it unoptimised, and never has the costly checks of pointers in it.
if(PROVISO_SANITIZE)
  set(quick_compile -O0 ${without_costly_checks})
else()
  set(quick_compile -O1)
endif()

# Headers that nearly every file reads are read once, for three kinds of code: the product's own, the
# command line, tests. Off in the debug preset: there `./dev lint` sees an include that is missing.
option(PROVISO_PRECOMPILED "Read the headers that all share once" OFF)

if(PROVISO_PRECOMPILED AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess)  # ccache needs it.
endif()

function(proviso_precompiled kind)
  if(NOT PROVISO_PRECOMPILED)
    return()
  endif()
  cmake_parse_arguments(P "" "" "HEADERS;OPTIONS;LIBRARIES" ${ARGN})
  set(file ${CMAKE_BINARY_DIR}/precompiled_${kind}.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "")
  add_library(precompiled_${kind} OBJECT ${file})
  target_compile_options(precompiled_${kind} PRIVATE ${P_OPTIONS})
  target_link_libraries(precompiled_${kind} PRIVATE ${P_LIBRARIES})
  target_precompile_headers(precompiled_${kind} PRIVATE ${P_HEADERS})
endfunction()

# Of a target whose options are those of its kind.
function(proviso_reads_precompiled target kind)
  if(PROVISO_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM precompiled_${kind})
  endif()
endfunction()

set(headers <algorithm> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <mutex> <optional> <span> <string>
  <string_view> <utility> <variant> <vector>)
proviso_precompiled(product HEADERS ${headers})
proviso_precompiled(command_line HEADERS ${headers} <iostream> <CLI/CLI.hpp> OPTIONS ${quick_compile})
if(PROVISO_TESTS)
  proviso_precompiled(test HEADERS ${headers} <fstream> <gtest/gtest.h> OPTIONS ${quick_compile} LIBRARIES GTest::gtest)
endif()
