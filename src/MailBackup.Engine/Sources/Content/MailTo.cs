namespace MailBackup.Sources.Content;

/// <summary>The <c>mailto:</c> form of an address (RFC 6068 §2).</summary>
internal static class MailTo
{
    public static string Strip(string value)
    {
        var trimmed = value.AsSpan().Trim();
        return trimmed.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? trimmed[7..].ToString() : value;
    }
}
