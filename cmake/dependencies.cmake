# Every dependency is found here. The installed package (cmake/xtapeConfig.cmake.in) looks for the same ones.

find_package(xtensor REQUIRED)

# Newer xtensor and xtl install INTERFACE targets under the same names as older ones; xsimd is a header-only library
# that some versions ship without a target.
find_package(xsimd QUIET)
if(xsimd_FOUND)
  get_target_property(XSIMD_INCLUDE_DIR xsimd INTERFACE_INCLUDE_DIRECTORIES)
else()
  find_path(XSIMD_INCLUDE_DIR xsimd/xsimd.hpp REQUIRED)
endif()

find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)

# A BLAS with the C interface. OpenBLAS built for OpenMP is preferred: one threading model in the whole program.
find_library(XTAPE_BLAS_LIBRARY NAMES openblas blis cblas blas REQUIRED)
find_path(XTAPE_BLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas openblas-openmp openblas-pthread blis REQUIRED)

if(XTAPE_OPENMP)
  find_package(OpenMP COMPONENTS CXX)
endif()
