// tests/image/spdx.mjs  Whether a file is SPDX 2.3, as far as ours goes
//
//     node spdx.mjs FILE        what is wrong, a line each; status 1 then
//
// What the specification's schema demands, by hand: fields, forms of names,
// licence expressions, and that whatever is referred to is there.
import fs from "node:fs";

const doc = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const faults = [];
const ID = /^SPDXRef-[a-zA-Z0-9.-]+$/;
const LICENCE = /^(NOASSERTION|NONE|[A-Za-z0-9.()+ -]+)$/;
const RELATIONS = ["DESCRIBES", "CONTAINS", "STATIC_LINK"];

function must(right, words) {
	if (!right)
		faults.push(words);
}

must(doc.spdxVersion === "SPDX-2.3", "spdxVersion");
must(doc.dataLicense === "CC0-1.0", "dataLicense");
must(doc.SPDXID === "SPDXRef-DOCUMENT", "SPDXID of the document");
must(doc.name, "name of the document");
must(/^https:\/\/[^#\s]+$/.test(doc.documentNamespace), "documentNamespace");
must(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(doc.creationInfo?.created),
	"created");
must(doc.creationInfo?.creators?.every((c) =>
	/^(Person|Organization|Tool): ./.test(c)), "creators");

const ids = new Set([doc.SPDXID]);
const refs = new Set();
for (const p of doc.packages) {
	must(ID.test(p.SPDXID), `${p.name}: SPDXID ${p.SPDXID}`);
	must(!ids.has(p.SPDXID), `${p.SPDXID} twice`);
	ids.add(p.SPDXID);
	must(p.name && p.downloadLocation, `${p.SPDXID}: name, location`);
	must(p.filesAnalyzed === false, `${p.name}: filesAnalyzed`);
	for (const key of ["licenseConcluded", "licenseDeclared"]) {
		const text = p[key] ?? "";

		must(LICENCE.test(text), `${p.name}: ${key} ${text}`);
		must(!/(AND|OR|\() ?(AND|OR|\)|$)/.test(text.trim()),
			`${p.name}: ${key} ${text}`);
		for (const [ref] of text.matchAll(/LicenseRef-[A-Za-z0-9.-]+/g))
			refs.add(ref);
	}
	must(/^(NOASSERTION|(Person|Organization): .)/.test(p.supplier ?? ""),
		`${p.name}: supplier`);
	for (const c of p.checksums ?? [])
		must(c.algorithm === "SHA256" &&
			/^[0-9a-f]{64}$/.test(c.checksumValue),
		`${p.name}: checksum`);
	for (const r of p.externalRefs ?? [])
		must(r.referenceCategory === "PACKAGE-MANAGER" &&
			r.referenceType === "purl" &&
			/^pkg:deb\/debian\/[a-z0-9.%B+-]+@[^?\s]+\?arch=\w+/
				.test(r.referenceLocator),
		`${p.name}: ${r.referenceLocator}`);
}
for (const r of doc.relationships) {
	must(ids.has(r.spdxElementId), `no ${r.spdxElementId}`);
	must(ids.has(r.relatedSpdxElement), `no ${r.relatedSpdxElement}`);
	must(RELATIONS.includes(r.relationshipType), r.relationshipType);
}
must(doc.relationships.some((r) => r.relationshipType === "DESCRIBES" &&
	r.spdxElementId === doc.SPDXID), "nothing is described");
const told = new Set((doc.hasExtractedLicensingInfos ?? [])
	.map((l) => l.licenseId));
for (const ref of refs)
	must(told.has(ref), `licence ${ref} is not told`);
for (const ref of told)
	must(/^LicenseRef-[a-zA-Z0-9.-]+$/.test(ref), `licence ${ref}`);

for (const fault of faults)
	console.log(fault);
process.exit(faults.length ? 1 : 0);
