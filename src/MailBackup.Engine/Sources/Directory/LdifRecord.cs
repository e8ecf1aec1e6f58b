using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>One content record of an LDIF file (RFC 2849, <c>ldif-attrval-record</c>).</summary>
/// <param name="DistinguishedName">The value of its <c>dn:</c> line.</param>
/// <param name="Line">Number of its <c>dn:</c> line, counted from 1.</param>
/// <param name="Attributes">All attributes with their options (<c>cn;lang-de</c>), values in the order of the file.</param>
public sealed record LdifRecord(string DistinguishedName, int Line, ProvisioningAttributes Attributes);
