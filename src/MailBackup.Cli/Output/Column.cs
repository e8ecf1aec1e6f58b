namespace MailBackup.Cli.Output;

/// <summary>A column of a <see cref="Table"/>.</summary>
/// <param name="Right">Numbers: aligned to the right.</param>
/// <param name="Minimum">What the column may shrink to when the table is too wide; 0: it keeps its width and is never cut.</param>
internal sealed record Column(string Title, bool Right = false, int Minimum = 0);
