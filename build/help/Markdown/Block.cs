namespace MailBackup.Help.Markdown;

/// <summary>One block of a page.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">The line that it begins on, from 1.</param>
/// <param name="Text">Its text without the marks of the block; inline marks are still in it.</param>
/// <param name="Level">Of a heading: 1 to 6.</param>
/// <param name="Language">Of code: what stands behind the fence.</param>
internal sealed record Block(BlockKind Kind, int Line, string Text, int Level = 0, string Language = "");
