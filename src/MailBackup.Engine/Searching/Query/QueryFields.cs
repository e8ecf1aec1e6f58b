namespace MailBackup.Searching.Query;

/// <summary>The names that can stand before a colon, and the columns of the index that they mean.</summary>
internal static class QueryFields
{
    public const string Has = "has";

    public const string Names = "from, to, subject, body, attachment, has";

    private static readonly Dictionary<string, string> Columns = new(StringComparer.OrdinalIgnoreCase)
    {
        ["from"] = "sender",
        ["to"] = "recipient",
        ["cc"] = "recipient",
        ["bcc"] = "recipient",
        ["subject"] = "subject",
        ["body"] = "body",
        ["attachment"] = "attachment",
        ["filename"] = "attachment",
    };

    /// <summary>Null for a name that means nothing.</summary>
    public static string? Column(string name) => Columns.GetValueOrDefault(name);
}
