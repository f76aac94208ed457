# Every dependency is found here. The installed package (cmake/xtapeConfig.cmake.in) looks for the same ones.

if(NOT TARGET xtensor)
  find_package(xtensor REQUIRED)
endif()

# Newer xtensor and xtl install INTERFACE targets under the same names as older ones; xsimd is a header-only library
# that some versions ship without a target.
find_package(xsimd QUIET)
if(TARGET xsimd AND NOT XSIMD_INCLUDE_DIR)
  get_target_property(XSIMD_INCLUDE_DIR xsimd INTERFACE_INCLUDE_DIRECTORIES)
else()
  find_path(XSIMD_INCLUDE_DIR xsimd/xsimd.hpp REQUIRED)
endif()
find_file(XTAPE_XSIMD_CONFIG xsimd/config/xsimd_config.hpp HINTS ${XSIMD_INCLUDE_DIR} NO_DEFAULT_PATH)
mark_as_advanced(XTAPE_XSIMD_CONFIG)
if(XTAPE_XSIMD_CONFIG)
  file(STRINGS ${XTAPE_XSIMD_CONFIG} xsimd_major REGEX "#define XSIMD_VERSION_MAJOR +[0-9]+")
  string(REGEX REPLACE ".* " "" xsimd_major "${xsimd_major}")
  if(xsimd_major LESS 8)
    message(FATAL_ERROR "xtape needs xsimd 8.1 or newer, and ${XSIMD_INCLUDE_DIR} has ${xsimd_major}. Unpack a newer one "
      "(it is header-only) and configure with -DXSIMD_INCLUDE_DIR=<its folder include>.")
  endif()
endif()

find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)

list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
find_package(CBLAS REQUIRED)
find_package(LIBZIP REQUIRED)

# Work is shared among oneTBB's threads; OpenMP keeps the libraries that have threads of their own from adding them.
if(XTAPE_THREADS)
  find_package(TBB)
  find_package(OpenMP COMPONENTS CXX)
  if(NOT TBB_FOUND OR NOT OpenMP_CXX_FOUND)
    message(STATUS "oneTBB or OpenMP is not found: xtape will compute on one thread")
    set(XTAPE_THREADS OFF)
  endif()
endif()

# Debian's CMake package of oneDNN asks for OpenCL's headers, which are not there.
if(XTAPE_ONEDNN)
  find_package(ONEDNN)
endif()

if(XTAPE_IMAGES)
  find_path(XTAPE_STB_INCLUDE_DIR stb_image.h PATH_SUFFIXES stb)
  mark_as_advanced(XTAPE_STB_INCLUDE_DIR)
  if(NOT XTAPE_STB_INCLUDE_DIR)
    message(STATUS "stb_image.h is not found: xtape will not read PNG and JPEG files")
  endif()
endif()
