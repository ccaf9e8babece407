# toolchain/cross.cmake  Builds with a sysroot of toolchain/sysroot
#
#   toolchain/sysroot arm64 && cmake --preset arm64
#   cmake -DCMAKE_TOOLCHAIN_FILE=toolchain/cross.cmake -DCROSS_ARCH=armhf
#     -DCMAKE_SYSROOT=...
#
# The compiler is the cross compiler of Debian's packages. What is built runs
# under QEMU's emulation of one process, if it cannot run here.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CROSS_ARCH)
set(CMAKE_SYSTEM_NAME Linux)
if(CROSS_ARCH STREQUAL "arm64")
  set(triplet aarch64-linux-gnu)
  set(CMAKE_SYSTEM_PROCESSOR aarch64)
  set(emulator qemu-aarch64-static)
elseif(CROSS_ARCH STREQUAL "armhf")
  set(triplet arm-linux-gnueabihf)
  set(CMAKE_SYSTEM_PROCESSOR armv7l)
  set(emulator qemu-arm-static)
elseif(CROSS_ARCH STREQUAL "amd64")
  set(triplet x86_64-linux-gnu)
  set(CMAKE_SYSTEM_PROCESSOR x86_64)
  set(emulator qemu-x86_64-static)
else()
  message(FATAL_ERROR "CROSS_ARCH must be amd64, arm64 or armhf")
endif()
set(CMAKE_C_COMPILER ${triplet}-gcc)
set(CMAKE_CXX_COMPILER ${triplet}-g++)
set(CMAKE_LIBRARY_ARCHITECTURE ${triplet})
# Before the C library that came with the compiler, which is another Debian's;
# a cross compiler has its headers, too
set(libraries ${CMAKE_SYSROOT}/usr/lib)
set(CMAKE_C_FLAGS_INIT "-B${libraries}/${triplet}")
if(NOT CROSS_ARCH STREQUAL "amd64")
  string(APPEND CMAKE_C_FLAGS_INIT
    " -isystem ${CMAKE_SYSROOT}/usr/include/${triplet}")
endif()
set(CMAKE_EXE_LINKER_FLAGS_INIT "-L${libraries}/${triplet}")
set(CMAKE_FIND_ROOT_PATH ${CMAKE_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR}
  ${libraries}/${triplet}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)
find_program(found_emulator ${emulator})
if(found_emulator)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${found_emulator};-L;${CMAKE_SYSROOT})
endif()
