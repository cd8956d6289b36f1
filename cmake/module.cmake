# proviso_module(folder DEPENDS folders... LIBRARIES targets... TEST_DEPENDS folders...):
# one folder, one library, and one test program that links that folder and what it declares to
# need, and nothing else: a hidden dependency is a link error here.
#   x.cpp        into the library      x_test.cpp   into the test program
#   main.cpp     not into the library  x_tool.cpp   test helper programs, not into either
#
# Code that only tests, and code that only reads the command line, is compiled quickly: the sanitised
# build leaves it unoptimised and out of four costly checks of pointers, which the address sanitizer sees.
if(PROVISO_SANITIZE MATCHES "undefined")
  set(quick_compile -O0 -fno-sanitize=null,alignment,vptr,object-size)
elseif(PROVISO_SANITIZE)
  set(quick_compile -O0)
else()
  set(quick_compile -O1)
endif()

function(proviso_module folder)
  cmake_parse_arguments(M "" "" "DEPENDS;LIBRARIES;TEST_DEPENDS;TEST_LIBRARIES" ${ARGN})
  if(NOT IS_DIRECTORY ${CMAKE_SOURCE_DIR}/src/${folder})
    return()
  endif()
  string(REPLACE "/" "_" name ${folder})
  string(REPLACE "/" "_" depends "${M_DEPENDS}")
  string(REPLACE "/" "_" test_depends "${M_TEST_DEPENDS}")
  file(GLOB tests CONFIGURE_DEPENDS src/${folder}/*_test.cpp)
  file(GLOB sources CONFIGURE_DEPENDS src/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "(_test|_tool|/main)\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${name} PUBLIC ${depends} PRIVATE ${M_LIBRARIES})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${name} INTERFACE ${depends})
  endif()
  if(tests AND PROVISO_TESTS)
    add_executable(${name}_test ${tests})
    target_compile_options(${name}_test PRIVATE ${quick_compile})
    target_link_libraries(${name}_test ${name} ${test_depends} ${M_TEST_LIBRARIES} GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE
      PROVISO_DEPS="${PROVISO_DEPS}" PROVISO_SOURCE="${CMAKE_SOURCE_DIR}" PROVISO_BUILD="${CMAKE_BINARY_DIR}")
    add_test(NAME ${folder} COMMAND ${name}_test)
  endif()
endfunction()
