include(cmake/embed.cmake)

file(GLOB XTAPE_SOURCES CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/autograd/*.cpp
  ${PROJECT_SOURCE_DIR}/autograd/graph/*.cpp
  ${PROJECT_SOURCE_DIR}/autograd/ops/*.cpp
  ${PROJECT_SOURCE_DIR}/autograd/ops/elementwise/*.cpp
  ${PROJECT_SOURCE_DIR}/autograd/kernels/*.cpp
  ${PROJECT_SOURCE_DIR}/autograd/memory/*.cpp
  ${PROJECT_SOURCE_DIR}/nn/*.cpp
  ${PROJECT_SOURCE_DIR}/optim/*.cpp
  ${PROJECT_SOURCE_DIR}/plot/*.cpp
  ${PROJECT_SOURCE_DIR}/data/*.cpp
  ${PROJECT_SOURCE_DIR}/data/training/*.cpp)
list(FILTER XTAPE_SOURCES EXCLUDE REGEX "[_/]simd\\.cpp$")

# Sources compiled once for each SIMD level, which is chosen at run time.
set(XTAPE_SIMD_SOURCES autograd/ops/elementwise/simd.cpp autograd/kernels/gates_simd.cpp
  autograd/kernels/norm_simd.cpp autograd/kernels/pool_simd.cpp autograd/kernels/reduce_simd.cpp
  autograd/kernels/softmax_simd.cpp optim/update_simd.cpp)
set(XTAPE_LEVELS baseline)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND XTAPE_LEVELS avx2 avx512)
endif()
set(XTAPE_FLAGS_baseline "")
set(XTAPE_FLAGS_avx2 -mavx2 -mfma -DXTAPE_LEVEL_AVX2)
set(XTAPE_FLAGS_avx512 -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl -mavx2 -mfma -DXTAPE_LEVEL_AVX512)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns of its own AVX-512 intrinsics (its bug 105593).
  list(APPEND XTAPE_FLAGS_avx512 -Wno-maybe-uninitialized -Wno-uninitialized)
  # A loop of its own for each mode of cheap formulas alone: a tenth of the code less than with the default of 50.
  set_source_files_properties(autograd/ops/elementwise/simd.cpp PROPERTIES COMPILE_OPTIONS "--param=max-unswitch-insns=20")
endif()

# What every source of the library is compiled with.
function(xtape_compile target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/xtape>)
  target_link_libraries(${target} PUBLIC xtensor)
  target_include_directories(${target} SYSTEM PUBLIC $<BUILD_INTERFACE:${XSIMD_INCLUDE_DIR}>)  # a fused formula's loops
  target_include_directories(${target} SYSTEM PRIVATE ${XTAPE_BLAS_INCLUDE_DIR})
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_definitions(${target} PRIVATE XTAPE_X86_LEVELS)
  endif()
  xtape_warnings(${target})
endfunction()

add_library(xtape ${XTAPE_SOURCES})
add_library(xtape::xtape ALIAS xtape)
xtape_compile(xtape)
set_target_properties(xtape PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
xtape_embed(xtape ${PROJECT_SOURCE_DIR}/data/digits/digits-images-idx3-ubyte.gz digits_images)
xtape_embed(xtape ${PROJECT_SOURCE_DIR}/data/digits/digits-labels-idx1-ubyte.gz digits_labels)
if(XTAPE_IMAGES AND XTAPE_STB_INCLUDE_DIR)
  target_include_directories(xtape SYSTEM PRIVATE ${XTAPE_STB_INCLUDE_DIR})
  set_source_files_properties(${PROJECT_SOURCE_DIR}/data/image_decoder.cpp PROPERTIES COMPILE_DEFINITIONS XTAPE_STB)
endif()
foreach(table iris wine breast_cancer)
  xtape_embed(xtape ${PROJECT_SOURCE_DIR}/data/tables/${table}.csv ${table})
endforeach()
foreach(part page.html page.css data.js layout.js picture.js view.js panel.js steps.js page.js)
  string(REPLACE "." "_" name graph_${part})
  xtape_embed(xtape ${PROJECT_SOURCE_DIR}/autograd/graph/page/${part} ${name})
endforeach()
target_link_libraries(xtape PRIVATE CBLAS::CBLAS LIBZIP::LIBZIP ZLIB::ZLIB $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
if(TARGET ONEDNN::ONEDNN)
  target_link_libraries(xtape PRIVATE ONEDNN::ONEDNN)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/autograd/kernels/gemm.cpp ${PROJECT_SOURCE_DIR}/autograd/kernels/onednn.cpp
    PROPERTIES COMPILE_DEFINITIONS XTAPE_ONEDNN)
endif()
if(XTAPE_THREADS)
  target_link_libraries(xtape PRIVATE TBB::tbb OpenMP::OpenMP_CXX)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/autograd/kernels/threads.cpp PROPERTIES COMPILE_DEFINITIONS XTAPE_THREADS)
endif()

foreach(level ${XTAPE_LEVELS})
  add_library(xtape_${level} OBJECT ${XTAPE_SIMD_SOURCES})
  xtape_compile(xtape_${level})
  target_compile_options(xtape_${level} PRIVATE ${XTAPE_FLAGS_${level}})
  target_sources(xtape PRIVATE $<TARGET_OBJECTS:xtape_${level}>)
endforeach()
