namespace MailBackup.Searching.Query;

/// <summary>A query as a tree.</summary>
internal abstract record QueryNode
{
    /// <summary>All of these.</summary>
    public sealed record And(IReadOnlyList<QueryNode> Parts) : QueryNode;

    /// <summary>One of these.</summary>
    public sealed record Or(IReadOnlyList<QueryNode> Parts) : QueryNode;

    /// <summary>What this does not fit.</summary>
    public sealed record Not(QueryNode Part) : QueryNode;

    /// <param name="Column">Of the index; null for any.</param>
    /// <param name="Text">A word, or several that stand one behind the other.</param>
    /// <param name="Prefix">The last word may go on.</param>
    public sealed record Words(string? Column, string Text, bool Prefix) : QueryNode;

    /// <summary>A mark that documents have.</summary>
    public sealed record Mark(string Text) : QueryNode;
}
