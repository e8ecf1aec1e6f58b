using System.Text;

namespace MailBackup.Searching.Query;

/// <summary>A query as SQLite's FTS5 wants it.</summary>
internal static class MatchExpression
{
    /// <summary>The expression of all that the query wants of the words, and whether any of it can be ranked.</summary>
    public static (string Expression, bool Ranks) Of(SearchQuery query)
    {
        var parts = new List<QueryNode>();
        foreach (var (text, field) in new[]
        {
            (query.Text, (string?)null), (query.From, "from"), (query.To, "to"), (query.Subject, "subject"), (query.Body, "body"),
            (query.Attachment, "attachment"),
        })
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                parts.Add(QueryParser.Parse(text, field));
            }
        }

        var root = new QueryNode.And(parts);
        var expression = new StringBuilder();
        Write(expression, root);
        return (expression.ToString(), HasWords(root));
    }

    private static void Write(StringBuilder text, QueryNode node)
    {
        switch (node)
        {
            case QueryNode.Words words:
                text.Append(words.Column is null ? "" : words.Column + ":");
                text.Append('"').Append(words.Text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append(words.Prefix ? "\"*" : "\"");
                break;
            case QueryNode.Mark mark:
                text.Append('"').Append(mark.Text).Append('"');
                break;
            case QueryNode.Not not:
                WriteAnd(text, [not]);
                break;
            case QueryNode.Or or:
                Join(text, or.Parts, " OR ");
                break;
            case QueryNode.And and:
                WriteAnd(text, and.Parts);
                break;
        }
    }

    /// <summary>FTS5 can only take away from something: where nothing is wanted, from all.</summary>
    private static void WriteAnd(StringBuilder text, IReadOnlyList<QueryNode> parts)
    {
        var wanted = parts.Where(p => p is not QueryNode.Not).ToList();
        var unwanted = parts.OfType<QueryNode.Not>().Select(n => n.Part).ToList();
        text.Append('(');
        if (wanted.Count == 0)
        {
            Write(text, new QueryNode.Mark(SearchIndex.EveryMark));
        }
        else
        {
            Join(text, wanted, " AND ");
        }

        if (unwanted.Count > 0)
        {
            text.Append(" NOT ");
            Join(text, unwanted, " OR ");
        }

        text.Append(')');
    }

    private static void Join(StringBuilder text, IReadOnlyList<QueryNode> parts, string with)
    {
        text.Append('(');
        for (int i = 0; i < parts.Count; i++)
        {
            text.Append(i == 0 ? "" : with);
            Write(text, parts[i]);
        }

        text.Append(')');
    }

    private static bool HasWords(QueryNode node) => node switch
    {
        QueryNode.Words => true,
        QueryNode.And and => and.Parts.Any(HasWords),
        QueryNode.Or or => or.Parts.Any(HasWords),
        _ => false,
    };
}
