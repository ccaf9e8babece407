# toolchain/manual.cmake  What is installed: the program, the files of boards,
# its manual pages
#
# The program prints the pages itself, so that they say what it can do; where
# it was built for another machine, somebody has to be able to run it (see
# CMAKE_CROSSCOMPILING_EMULATOR), else it is installed without them.
include(GNUInstallDirs)
install(TARGETS boardphone RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# rpi-4.conf, and by what the device tree says: raspberrypi,4-model-b.conf
file(REMOVE_RECURSE ${CMAKE_BINARY_DIR}/boards)
file(GLOB files CONFIGURE_DEPENDS board/*/board.conf)
foreach(file ${files})
  get_filename_component(dir ${file} DIRECTORY)
  get_filename_component(name ${dir} NAME)
  configure_file(${file} boards/${name}.conf COPYONLY)
  file(STRINGS ${dir}/compatible compatible)
  foreach(machine ${compatible})
    file(CREATE_LINK ${name}.conf ${CMAKE_BINARY_DIR}/boards/${machine}.conf
      SYMBOLIC)
  endforeach()
endforeach()
install(DIRECTORY ${CMAKE_BINARY_DIR}/boards/ DESTINATION ${boards})

if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(STATUS "Without manual pages: nothing here can run the program")
  return()
endif()

set(manual_dir ${CMAKE_BINARY_DIR}/manual)
add_custom_command(
  OUTPUT ${manual_dir}/boardphone.1 ${manual_dir}/boardphone.conf.5
  COMMAND ${CMAKE_COMMAND} -E make_directory ${manual_dir}
  COMMAND boardphone manual > ${manual_dir}/boardphone.1
  COMMAND boardphone manual conf > ${manual_dir}/boardphone.conf.5
  DEPENDS boardphone
  COMMENT "Manual pages" VERBATIM)
add_custom_target(manual ALL DEPENDS
  ${manual_dir}/boardphone.1 ${manual_dir}/boardphone.conf.5)
install(FILES ${manual_dir}/boardphone.1
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${manual_dir}/boardphone.conf.5
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
