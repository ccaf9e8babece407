# toolchain/package.cmake  The Debian package: board/package and cpack -G DEB
#
# board/package/make builds it, and says what it depends on, which suite it was
# built for (DEB_REVISION) and which architecture (DEB_ARCH).
set(package ${CMAKE_SOURCE_DIR}/board/package)
# Of which archives there is something in it
target_link_options(boardphone PRIVATE
  -Wl,-Map=${CMAKE_BINARY_DIR}/boardphone.map)
install(FILES ${package}/boardphone.service
  DESTINATION lib/systemd/system)
install(FILES ${package}/boardphone.sysusers
  DESTINATION lib/sysusers.d RENAME boardphone.conf)
install(FILES ${package}/60-boardphone.rules DESTINATION lib/udev/rules.d)
install(FILES ${package}/boardphone.conf DESTINATION /etc/boardphone
  PERMISSIONS OWNER_READ OWNER_WRITE)
# And that of what is within it, where board/package/make has put it together
install(FILES LICENSE DESTINATION share/doc/boardphone RENAME copyright)
install(FILES ${CMAKE_BINARY_DIR}/copyright DESTINATION share/doc/boardphone
  OPTIONAL)

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON) # /etc is not under /usr
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "Boardphone developers <boardphone@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
  "Video telephone for small boards: SIP and WebRTC")
set(CPACK_PACKAGE_DESCRIPTION
  "Turns a board with camera, microphone, loudspeaker and a button into a
 video telephone: SIP over secure WebSocket, ICE, DTLS-SRTP, and a page of
 its own for browsers.")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${DEB_REVISION})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION comm)
if(DEB_ARCH)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE ${DEB_ARCH})
endif()
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, avahi-daemon")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package}/postinst ${package}/prerm
  ${package}/postrm ${package}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
