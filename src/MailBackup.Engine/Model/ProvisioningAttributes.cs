namespace MailBackup.Model;

/// <summary>
/// Attributes of a directory entry: name (case-insensitive, RFC 4512 §2.5) to its values, in the order of the source. A value that is
/// not valid UTF-8 text is held as <c>base64:…</c>, as LDIF writes it.
/// </summary>
public sealed class ProvisioningAttributes : SortedDictionary<string, IReadOnlyList<string>>, IEquatable<ProvisioningAttributes>
{
    public static readonly ProvisioningAttributes Empty = [];

    public ProvisioningAttributes()
        : base(StringComparer.OrdinalIgnoreCase)
    {
    }

    /// <summary>The first value, or null.</summary>
    public string? First(string name) => TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    public void AddValue(string name, string value) =>
        this[name] = TryGetValue(name, out var values) ? [.. values, value] : [value];

    public bool Equals(ProvisioningAttributes? other) =>
        other is not null && Count == other.Count
        && this.All(a => other.TryGetValue(a.Key, out var values) && a.Value.SequenceEqual(values, StringComparer.Ordinal));

    public override bool Equals(object? obj) => Equals(obj as ProvisioningAttributes);

    public override int GetHashCode() => Count;
}
