/**
 * @file core/sip/description_encode.c  struct description to SDP text, JSON
 */
#include "core/base/event.h"
#include "core/sip/description_encode.h"

enum {
	KILO = 1000, /* b=AS is in kbit/s (RFC 8866 section 5.8) */
};

struct out {
	struct mbuf *mb;
	int err; /* The first one; nothing is written after it */
};

/* Every line goes through here: a control character would start another */
static void line(struct out *out, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	if (out->err)
		return;

	va_start(ap, fmt);
	out->err = re_vsdprintf(&text, fmt, ap);
	va_end(ap);

	for (const char *p = text; !out->err && *p; p++) {
		if ((unsigned char)*p < ' ' && *p != '\t')
			out->err = EINVAL;
	}
	if (!out->err)
		out->err = mbuf_printf(out->mb, "%s\r\n", text);

	if (text)
		explicit_bzero(text, strlen(text)); /* It may be a key */
	mem_deref(text);
}

struct mids {
	const struct description *d;
	const struct description_group *g;
};

static int print_mids(struct re_printf *pf, const struct mids *m)
{
	int err = 0;

	for (size_t i = 0; i < m->g->c && !err; i++)
		err = re_hprintf(pf, " %s", m->d->mediav[m->g->v[i]]->mid);

	return err;
}

static void encode_session(struct out *out, const struct description *d)
{
	bool ip6 = strchr(d->origin, ':') != NULL;

	line(out, "v=0");
	line(out, "o=%s %s %llu IN %s %s", d->user, d->id_text, d->version,
	     ip6 ? "IP6" : "IP4", d->origin);
	line(out, "s=%s", d->name);
	line(out, "t=0 0");
	for (size_t i = 0; i < d->groupc; i++) {
		struct mids mids = { d, &d->groupv[i] };

		line(out, "a=group:BUNDLE%H", print_mids, &mids);
	}
	if (d->ice_lite)
		line(out, "a=ice-lite");
	if (d->extmap_mixed)
		line(out, "a=extmap-allow-mixed");
}

static void encode_format(struct out *out, const struct description_format *f)
{
	if (f->rate && f->channels > 1)
		line(out, "a=rtpmap:%u %s/%u/%u", f->pt, f->name, f->rate,
		     f->channels);
	else if (f->rate)
		line(out, "a=rtpmap:%u %s/%u", f->pt, f->name, f->rate);
	if (*f->fmtp)
		line(out, "a=fmtp:%u %s", f->pt, f->fmtp);
	for (size_t i = 0; i < f->fbc; i++)
		line(out, "a=rtcp-fb:%u %s", f->pt, f->fbv[i]);
}

static void encode_rtp(struct out *out, const struct description_media *m)
{
	for (size_t i = 0; i < m->formatc; i++)
		encode_format(out, &m->formatv[i]);
	if (m->ptime)
		line(out, "a=ptime:%u", m->ptime);
	if (m->maxptime)
		line(out, "a=maxptime:%u", m->maxptime);
	for (size_t i = 0; i < m->extc; i++) {
		const struct description_ext *e = &m->extv[i];

		if (e->dir == SDP_SENDRECV)
			line(out, "a=extmap:%u %s", e->id, e->uri);
		else
			line(out, "a=extmap:%u/%s %s", e->id,
			     sdp_dir_name(e->dir), e->uri);
	}
	if (m->rtcp_mux)
		line(out, "a=rtcp-mux");
	if (m->rtcp_mux_only)
		line(out, "a=rtcp-mux-only");
	if (m->rtcp_rsize)
		line(out, "a=rtcp-rsize");
	if (m->fid)
		line(out, "a=ssrc-group:FID %u %u", m->ssrcv[0].ssrc,
		     m->ssrcv[1].ssrc);
	for (size_t i = 0; i < m->ssrcc; i++)
		line(out, "a=ssrc:%u cname:%s", m->ssrcv[i].ssrc,
		     m->ssrcv[i].cname);
}

static void encode_transport(struct out *out, const struct description_media *m)
{
	if (*m->ufrag)
		line(out, "a=ice-ufrag:%s", m->ufrag);
	if (*m->pwd)
		line(out, "a=ice-pwd:%s", m->pwd);
	if (*m->ice_options)
		line(out, "a=ice-options:%s", m->ice_options);
	for (size_t i = 0; i < m->cryptoc; i++)
		line(out, "a=crypto:%s", m->cryptov[i]);
	for (size_t i = 0; i < m->printc; i++)
		line(out, "a=fingerprint:%s %s", m->printv[i].hash,
		     m->printv[i].value);
	if (m->setup)
		line(out, "a=setup:%s", description_setup_name(m->setup));
	if (*m->tls_id)
		line(out, "a=tls-id:%s", m->tls_id);
	for (size_t i = 0; i < m->candidatec; i++)
		line(out, "a=candidate:%s", m->candidatev[i]);
	if (m->end_of_candidates)
		line(out, "a=end-of-candidates");
}

static void encode_media(struct out *out, const struct description_media *m)
{
	line(out, "m=%s %u %s %s", m->type, m->port, m->proto, m->formats);
	line(out, "c=IN %s %s", m->ip6 ? "IP6" : "IP4", m->address);
	if (m->tias) {
		line(out, "b=AS:%u", m->tias / KILO + (m->tias % KILO != 0));
		line(out, "b=TIAS:%u", m->tias);
	}
	if (m->rtcp_port)
		line(out, "a=rtcp:%u", m->rtcp_port);
	if (*m->mid)
		line(out, "a=mid:%s", m->mid);
	if (m->bundle_only)
		line(out, "a=bundle-only");
	if (description_refused(m)) {
		line(out, "a=inactive");
		return;
	}

	line(out, "a=%s", sdp_dir_name(m->dir));
	if (*m->msid)
		line(out, "a=msid:%s", m->msid);
	if (*m->content)
		line(out, "a=content:%s", m->content);
	encode_rtp(out, m);
	encode_transport(out, m);
}

int description_encode(struct mbuf *mb, const struct description *d)
{
	struct out out = { mb, 0 };

	encode_session(&out, d);
	for (size_t i = 0; i < d->mediac; i++)
		encode_media(&out, d->mediav[i]);

	return out.err;
}

/* Foreign text into an object, nothing when it is absent */
static void put(json_t *o, const char *key, const char *text)
{
	struct pl pl;

	pl_set_str(&pl, text);
	if (*text)
		(void)json_object_set_new(o, key, event_string(&pl));
}

static void put_number(json_t *o, const char *key, json_int_t n)
{
	if (n)
		(void)json_object_set_new(o, key, json_integer(n));
}

static void put_flag(json_t *o, const char *key, bool flag)
{
	if (flag)
		(void)json_object_set_new(o, key, json_true());
}

static json_t *string(const char *text)
{
	struct pl pl;

	pl_set_str(&pl, text);
	return event_string(&pl);
}

static json_t *json_format(const struct description_format *f)
{
	json_t *o = json_object(), *fbs = json_array();

	(void)json_object_set_new(o, "pt", json_integer(f->pt));
	put(o, "name", f->name);
	put_number(o, "rate", f->rate);
	put_number(o, "channels", f->channels);
	put(o, "fmtp", f->fmtp);
	for (size_t i = 0; i < f->fbc; i++)
		(void)json_array_append_new(fbs, string(f->fbv[i]));
	if (f->fbc)
		(void)json_object_set(o, "rtcp_fb", fbs);

	json_decref(fbs);
	return o;
}

static void json_lists(json_t *o, const struct description_media *m)
{
	json_t *formats = json_array(), *prints = json_array();
	json_t *candidates = json_array(), *ssrcs = json_array();
	json_t *exts = json_object();
	char id[sizeof("4294967295")];

	for (size_t i = 0; i < m->formatc; i++)
		(void)json_array_append_new(formats,
					    json_format(&m->formatv[i]));
	for (size_t i = 0; i < m->printc; i++) {
		json_t *print = json_object();

		put(print, "hash", m->printv[i].hash);
		put(print, "value", m->printv[i].value);
		(void)json_array_append_new(prints, print);
	}
	for (size_t i = 0; i < m->candidatec; i++)
		(void)json_array_append_new(candidates,
					    string(m->candidatev[i]));
	for (size_t i = 0; i < m->ssrcc; i++) {
		json_t *ssrc = json_object();

		put_number(ssrc, "ssrc", m->ssrcv[i].ssrc);
		put(ssrc, "cname", m->ssrcv[i].cname);
		(void)json_array_append_new(ssrcs, ssrc);
	}
	for (size_t i = 0; i < m->extc; i++) {
		(void)re_snprintf(id, sizeof(id), "%u", m->extv[i].id);
		put(exts, id, m->extv[i].uri);
	}

	(void)json_object_set_new(o, "formats", formats);
	(void)json_object_set_new(o, "fingerprints", prints);
	(void)json_object_set_new(o, "candidates", candidates);
	(void)json_object_set_new(o, "ssrcs", ssrcs);
	(void)json_object_set_new(o, "extmap", exts);
}

static json_t *json_media(const struct description_media *m)
{
	json_t *o = json_object();

	put(o, "type", m->type);
	(void)json_object_set_new(o, "port", json_integer(m->port));
	put(o, "proto", m->proto);
	put(o, "address", m->address);
	put_number(o, "bandwidth", m->tias);
	put(o, "mid", m->mid);
	(void)json_object_set_new(o, "bundle", json_integer(m->group));
	put(o, "direction", sdp_dir_name(m->dir));
	put_number(o, "ptime", m->ptime);
	put_number(o, "maxptime", m->maxptime);
	put_flag(o, "refused", description_refused(m));
	put_flag(o, "rtcp_mux", m->rtcp_mux);
	put_flag(o, "rtcp_rsize", m->rtcp_rsize);
	put_flag(o, "bundle_only", m->bundle_only);
	put(o, "ufrag", m->ufrag);
	put(o, "ice_options", m->ice_options);
	put(o, "setup", description_setup_name(m->setup));
	put(o, "tls_id", m->tls_id);
	put(o, "msid", m->msid);
	put(o, "content", m->content);
	json_lists(o, m);

	return o;
}

json_t *description_json(const struct description *d)
{
	json_t *o = json_object(), *media = json_array();

	put(o, "user", d->user);
	put(o, "session_id", d->id_text);
	put_number(o, "version", (json_int_t)d->version);
	put(o, "origin", d->origin);
	put(o, "name", d->name);
	put_flag(o, "ice_lite", d->ice_lite);
	put_number(o, "bundle_groups", (json_int_t)d->groupc);
	for (size_t i = 0; i < d->mediac; i++)
		(void)json_array_append_new(media, json_media(d->mediav[i]));
	(void)json_object_set_new(o, "media", media);

	return o;
}
