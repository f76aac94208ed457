# `cmake --install` gives the headers under include/xtape, the library, and the CMake package. Nothing in them depends on
# where they were built or installed.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/xtape)

install(TARGETS xtape EXPORT xtapeTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT xtapeTargets NAMESPACE xtape:: DESTINATION ${package_dir})

file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
  ${PROJECT_SOURCE_DIR}/autograd/*.hpp ${PROJECT_SOURCE_DIR}/nn/*.hpp
  ${PROJECT_SOURCE_DIR}/optim/*.hpp ${PROJECT_SOURCE_DIR}/data/*.hpp ${PROJECT_SOURCE_DIR}/plot/*.hpp)
foreach(header xtape.hpp ${headers})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/xtape/${folder})
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

if(TARGET ONEDNN::ONEDNN)
  set(XTAPE_WITH_ONEDNN ON)
else()
  set(XTAPE_WITH_ONEDNN OFF)
endif()
if(NOT DEFINED BUILD_SHARED_LIBS)
  set(BUILD_SHARED_LIBS OFF)
endif()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/xtapeConfig.cmake.in ${PROJECT_BINARY_DIR}/xtapeConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/xtapeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/xtapeConfig.cmake
  ${PROJECT_BINARY_DIR}/xtapeConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindCBLAS.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindLIBZIP.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindONEDNN.cmake
  DESTINATION ${package_dir})
