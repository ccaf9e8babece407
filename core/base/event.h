/**
 * @file core/base/event.h  Events: what happened, as one JSON object each
 *
 *     registration, call, phone, buttons -> [event] -> console, socket, page
 *
 *     {"event":"connected","session":"call","id":3,"time":"...","code":200}
 *
 * The names are those that sipML5 gives its events, and some of ours. Any
 * number of listeners up to EVENT_LISTENERS hears each event in the same
 * order. An event emitted by a listener waits until the others have heard
 * the one before it.
 */
#ifndef CORE_BASE_EVENT_H
#define CORE_BASE_EVENT_H

#include <jansson.h>
#include "core/base/re.h"

enum {
	EVENT_LISTENERS = 32, /**< Listeners on one bus, ours               */
	EVENT_WAITING = 64,   /**< Events emitted by listeners, waiting for
				  their turn; ours                           */
};

/** All events: identifier, name on the line */
#define EVENT_TABLE(X)                                                         \
	/* Stack */                                                            \
	X(STARTING, "starting")                                                \
	X(STARTED, "started")                                                  \
	X(STOPPING, "stopping")                                                \
	X(STOPPED, "stopped")                                                  \
	X(FAILED_TO_START, "failed_to_start")                                  \
	X(FAILED_TO_STOP, "failed_to_stop")                                    \
	X(I_NEW_CALL, "i_new_call")                                            \
	X(I_NEW_MESSAGE, "i_new_message")                                      \
	X(M_PERMISSION_REQUESTED, "m_permission_requested")                    \
	X(M_PERMISSION_ACCEPTED, "m_permission_accepted")                      \
	X(M_PERMISSION_REFUSED, "m_permission_refused")                        \
	/* Session */                                                          \
	X(CONNECTING, "connecting")                                            \
	X(CONNECTED, "connected")                                              \
	X(TERMINATING, "terminating")                                          \
	X(TERMINATED, "terminated")                                            \
	X(I_AO_REQUEST, "i_ao_request")                                        \
	X(MEDIA_ADDED, "media_added")                                          \
	X(MEDIA_REMOVED, "media_removed")                                      \
	X(I_REQUEST, "i_request")                                              \
	X(O_REQUEST, "o_request")                                              \
	X(CANCELLED_REQUEST, "cancelled_request")                              \
	X(SENT_REQUEST, "sent_request")                                        \
	X(TRANSPORT_ERROR, "transport_error")                                  \
	X(GLOBAL_ERROR, "global_error")                                        \
	X(MESSAGE_ERROR, "message_error")                                      \
	X(WEBRTC_ERROR, "webrtc_error")                                        \
	/* Call */                                                             \
	X(M_EARLY_MEDIA, "m_early_media")                                      \
	X(M_LOCAL_HOLD_OK, "m_local_hold_ok")                                  \
	X(M_LOCAL_HOLD_NOK, "m_local_hold_nok")                                \
	X(M_LOCAL_RESUME_OK, "m_local_resume_ok")                              \
	X(M_LOCAL_RESUME_NOK, "m_local_resume_nok")                            \
	X(M_REMOTE_HOLD, "m_remote_hold")                                      \
	X(M_REMOTE_RESUME, "m_remote_resume")                                  \
	X(M_STREAM_VIDEO_LOCAL_ADDED, "m_stream_video_local_added")            \
	X(M_STREAM_VIDEO_LOCAL_REMOVED, "m_stream_video_local_removed")        \
	X(M_STREAM_VIDEO_REMOTE_ADDED, "m_stream_video_remote_added")          \
	X(M_STREAM_VIDEO_REMOTE_REMOVED, "m_stream_video_remote_removed")      \
	X(M_STREAM_AUDIO_LOCAL_ADDED, "m_stream_audio_local_added")            \
	X(M_STREAM_AUDIO_LOCAL_REMOVED, "m_stream_audio_local_removed")        \
	X(M_STREAM_AUDIO_REMOTE_ADDED, "m_stream_audio_remote_added")          \
	X(M_STREAM_AUDIO_REMOTE_REMOVED, "m_stream_audio_remote_removed")      \
	X(I_ECT_NEW_CALL, "i_ect_new_call")                                    \
	X(O_ECT_TRYING, "o_ect_trying")                                        \
	X(O_ECT_ACCEPTED, "o_ect_accepted")                                    \
	X(O_ECT_COMPLETED, "o_ect_completed")                                  \
	X(I_ECT_COMPLETED, "i_ect_completed")                                  \
	X(O_ECT_FAILED, "o_ect_failed")                                        \
	X(I_ECT_FAILED, "i_ect_failed")                                        \
	X(O_ECT_NOTIFY, "o_ect_notify")                                        \
	X(I_ECT_NOTIFY, "i_ect_notify")                                        \
	X(I_ECT_REQUESTED, "i_ect_requested")                                  \
	X(M_BFCP_INFO, "m_bfcp_info")                                          \
	X(I_INFO, "i_info")                                                    \
	/* Subscribe */                                                        \
	X(I_NOTIFY, "i_notify")                                                \
	X(BFCP_INFO, "bfcp_info")                                              \
	/* Ours */                                                             \
	X(RECONNECTING, "reconnecting")                                        \
	X(REGISTRATION_REFRESHED, "registration_refreshed")                    \
	X(DTMF_RECEIVED, "dtmf_received")                                      \
	X(DTMF_SENT, "dtmf_sent")                                              \
	X(BUTTON, "button")                                                    \
	X(DOOR, "door")                                                        \
	X(RINGING, "ringing")                                                  \
	X(REDIRECT_REQUESTED, "redirect_requested")                            \
	X(REDIRECTED, "redirected")                                            \
	X(TIME_WARNING, "time_warning")                                        \
	X(CALL_WAITING, "call_waiting")                                        \
	X(RUNG, "rung")                                                        \
	X(SNAPSHOT, "snapshot")                                                \
	X(STATS, "stats")                                                      \
	X(INSECURE_MEDIA, "insecure_media")                                    \
	X(DEVICE_LOST, "device_lost")                                          \
	X(DEVICE_BACK, "device_back")                                          \
	X(INPUT, "input")                                                      \
	X(CONFIG_REFUSED, "config_refused")                                    \
	X(CONFIG_ACCEPTED, "config_accepted")

/** What happened: EVENT_STARTING and so on */
enum event_type {
#define EVENT_ENUM(id, name) EVENT_##id,
	EVENT_TABLE(EVENT_ENUM)
#undef EVENT_ENUM
	EVENT_TYPES /**< How many there are */
};

/** An event, as a listener sees it; borrowed for the call of the handler */
struct event {
	enum event_type type;
	const char *name;    /**< event_name(type)                          */
	const char *session; /**< "register", "call", ...; NULL: the stack  */
	uint32_t id;	     /**< Session number, 0 for the stack           */
	const json_t *json;  /**< The whole object                          */
	const char *line;    /**< The whole object on one line, no newline;
				  safe on a terminal                         */
};

/** Hears every event. It may listen, stop listening, emit, free the bus */
typedef void(event_h)(const struct event *ev, void *arg);

struct event_bus;
struct event_listener;

/**
 * Allocate a bus, one per phone. Free with mem_deref(); listeners that still
 * exist then hear nothing more.
 *
 * @return 0, ENOMEM
 */
int event_bus_alloc(struct event_bus **bp);

/**
 * Listen to all events of a bus until mem_deref() of the listener.
 *
 * @return 0, ENOMEM, ENOSPC: EVENT_LISTENERS are listening already
 */
int event_listen(struct event_listener **lp, struct event_bus *bus, event_h *h,
		 void *arg);

/**
 * Emit an event. Never fails towards the caller: what cannot be delivered
 * is counted.
 *
 * `fields` names further members and the types of the arguments that follow,
 * as "name:type" words, for example
 *
 *     event_emit(bus, EVENT_TERMINATED, "call", id, "code:u reason:s from:r",
 *                486u, "Busy Here", &from);
 *
 * | type | argument                                                       |
 * |------|----------------------------------------------------------------|
 * | s    | const char *, foreign text allowed; the member is left out
 *          when NULL                                                      |
 * | r    | const struct pl *, same                                        |
 * | u    | unsigned (uint32_t)                                            |
 * | i    | int                                                            |
 * | U    | uint64_t                                                       |
 * | f    | double                                                         |
 * | b    | int, as true or false                                          |
 * | J    | const struct sa *, address and port; left out when NULL        |
 * | o    | json_t *, whose reference is taken over; left out when NULL    |
 *
 * Bytes that are not UTF-8 become \xNN. A bad `fields` is an assert.
 *
 * @param bus      NULL is allowed and does nothing (but release `o`)
 * @param session  "register", "call", ..., or NULL for the stack
 * @param id       Session number, left out of the line when 0
 * @param fields   May be NULL
 */
void event_emit(struct event_bus *bus, enum event_type type,
		const char *session, uint32_t id, const char *fields, ...);

/** The name of an event, as on the line */
const char *event_name(enum event_type type);

/**
 * Make a JSON string of foreign text: bytes that are not UTF-8 become \xNN.
 *
 * @return New reference, NULL without memory
 */
json_t *event_string(const struct pl *pl);

/** Print listeners, emitted and lost events, on one line, for `stats` */
int event_bus_print(struct re_printf *pf, const struct event_bus *bus);

#endif
