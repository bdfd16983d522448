add_custom_target(sanitized_tests)

# perennial_module(NAME [DEPENDS module...] [LIBS library...] [TEST_LIBS library...] [USES_STATE]
#                  [STATELESS pattern...])
#
# Declares src/NAME as the static library perennial_NAME. Sources are all *.cc of the folder except
# *_test.cc, *_benchmark.cc, main.cc and testing.cc. A testing.cc, what other modules' tests need of this
# one, becomes the static library perennial_NAME_testing. Tests become the executable NAME_test, run by ctest under the name
# NAME; benchmarks become NAME_benchmark. With USES_STATE the tests run twice, on SQLite and on
# PostgreSQL (the environment variable PERENNIAL_TEST_STATE tells which); the tests that a pattern of STATELESS
# names know no state database, and run once.
function(perennial_module NAME)
  cmake_parse_arguments(ARG "USES_STATE" "" "DEPENDS;LIBS;TEST_LIBS;STATELESS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)
  file(GLOB benchmarks CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_benchmark.cc)
  list(REMOVE_ITEM sources ${tests} ${benchmarks} ${CMAKE_CURRENT_SOURCE_DIR}/main.cc
       ${CMAKE_CURRENT_SOURCE_DIR}/testing.cc)

  add_library(perennial_${NAME} STATIC ${sources})
  target_include_directories(perennial_${NAME} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  foreach(dep IN LISTS ARG_DEPENDS)
    target_link_libraries(perennial_${NAME} PUBLIC perennial_${dep})
  endforeach()
  target_link_libraries(perennial_${NAME} PUBLIC ${ARG_LIBS} Threads::Threads)

  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/testing.cc)
    add_library(perennial_${NAME}_testing STATIC ${CMAKE_CURRENT_SOURCE_DIR}/testing.cc)
    target_link_libraries(perennial_${NAME}_testing PUBLIC perennial_${NAME})
    # For the address of the PostgreSQL cluster that the tests started.
    target_compile_definitions(perennial_${NAME}_testing PRIVATE PERENNIAL_BINARY_DIR="${CMAKE_BINARY_DIR}")
  endif()

  if(tests)
    add_executable(${NAME}_test ${tests})
    target_link_libraries(${NAME}_test perennial_${NAME} ${ARG_TEST_LIBS} GTest::gtest GTest::gmock
                          GTest::gtest_main)
    target_compile_definitions(${NAME}_test PRIVATE
      PERENNIAL_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PERENNIAL_BINARY_DIR="${CMAKE_BINARY_DIR}")
    if(ARG_USES_STATE)
      string(REPLACE ";" ":" stateless "${ARG_STATELESS}")
      add_test(NAME ${NAME}.sqlite COMMAND ${NAME}_test)
      add_test(NAME ${NAME}.postgres COMMAND ${NAME}_test --gtest_filter=-${stateless})
      foreach(engine sqlite postgres)
        set_tests_properties(${NAME}.${engine} PROPERTIES TIMEOUT 1200
          ENVIRONMENT "PERENNIAL_TEST_STATE=${engine}")
      endforeach()
      set_tests_properties(${NAME}.postgres PROPERTIES FIXTURES_REQUIRED postgres_cluster)
    else()
      add_test(NAME ${NAME} COMMAND ${NAME}_test)
      set_tests_properties(${NAME} PROPERTIES TIMEOUT 1200)
    endif()
    # What the sanitizer build runs: once, on SQLite.
    add_dependencies(sanitized_tests ${NAME}_test)
    if(ARG_USES_STATE)
      set_tests_properties(${NAME}.sqlite PROPERTIES LABELS sanitized)
    else()
      set_tests_properties(${NAME} PROPERTIES LABELS sanitized)
    endif()
  endif()
  if(benchmarks)
    add_executable(${NAME}_benchmark ${benchmarks})
    target_link_libraries(${NAME}_benchmark perennial_${NAME} ${ARG_TEST_LIBS} benchmark::benchmark
                          benchmark::benchmark_main)
  endif()
endfunction()
